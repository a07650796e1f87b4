#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace pishkhan::fuzz {

/// Where fuzz_seeds puts what the real encoders wrote.
struct Corpus {
  std::filesystem::path root;
  void add(const char* target, const std::string& name, std::string_view bytes) const {
    std::filesystem::create_directories(root / target);
    std::ofstream(root / target / name, std::ios::binary) << bytes;
  }
};

/// Of the queue's files, of what goes over the network, of packs and of the configuration.
void add_queue_seeds(const Corpus& corpus);

}  // namespace pishkhan::fuzz
