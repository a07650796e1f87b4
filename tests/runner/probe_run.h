#pragma once

#include <doctest/doctest.h>
#include <sys/wait.h>

#include <cstdio>
#include <string>

namespace pishkhan::test {

struct ProbeRun {
  int code = -1;
  std::string out;  ///< and what it complained of
};

/// Runs pishkhan-probe as a program.
inline ProbeRun run_probe(const std::string& arguments) {
  ProbeRun run;
  FILE* pipe = ::popen((std::string(PISHKHAN_PROBE) + " " + arguments + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  char chunk[512];
  while (std::fgets(chunk, sizeof chunk, pipe) != nullptr) run.out += chunk;
  const int status = ::pclose(pipe);
  run.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return run;
}

}  // namespace pishkhan::test
