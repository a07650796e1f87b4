#include "kiosk/tools/enrol_verb.h"

#include "base/core/personal.h"
#include "offline-queue/sync/enrolling.h"

#include <chrono>
#include <cstdio>
#include <iostream>
#include <string>
#include <thread>

namespace pishkhan::tools {
namespace {

std::string sentence(sync::KeyFolderFault fault) {
  switch (fault) {
    case sync::KeyFolderFault::NotEnrolled:
      return "there are no keys in the folder yet; enrol without --present-key";
    case sync::KeyFolderFault::Damaged:
      return "the folder of keys is damaged: `current` or device.secret says what is not there";
    case sync::KeyFolderFault::NoKey:
      return "no signing key can be made or read; with --key tpm: does a TPM answer, is tpm2-openssl installed?";
    case sync::KeyFolderFault::DiskFull:
      return "the disk is full; what was there before still holds";
    case sync::KeyFolderFault::IoError:
      break;
  }
  return "the folder of keys cannot be read or written; what was there before still holds";
}

std::string sentence(const sync::SyncFault& fault) {
  using protocol::ProblemType;
  if (fault.problem) {
    switch (fault.problem->type) {
      case ProblemType::BadCode:
        return "the backend does not take this code: wrong, replaced by another, spoilt by wrong tries, or issued "
               "a moment ago (then run the same again in a few seconds)";
      case ProblemType::CodeExpired:
        return "the code has expired; staff have to issue another";
      case ProblemType::CodeUsed:
        return "the code was used by another key already; staff have to issue another";
      default:
        return "the backend says no: " + std::string(protocol::name(fault.problem->type));
    }
  }
  if (fault.kind == sync::SyncFaultKind::Timeout)
    return "no answer in time: is pishkhan-cases running, with the city's keys? Run the same again later";
  std::string words = std::string("the backend was not reached: ") + sync::name(fault.kind);
  if (fault.detail != sync::SyncDetail::None) words += std::string(", ") + sync::name(fault.detail);
  return words;
}

std::string sentence(sync::AnswerFault fault) {
  return std::string("the answer is not the city's, and nothing was changed: ") + sync::name(fault);
}

void complain(const std::string& words) {
  std::fprintf(stderr, "pishkhan-queue: %s\n", words.c_str());
}

const char* sentence(protocol::TrackingCodeFault fault) {
  switch (fault) {
    case protocol::TrackingCodeFault::TooShort:
      return "the code is too short: it has 16 digits";
    case protocol::TrackingCodeFault::TooLong:
      return "the code is too long: it has 16 digits";
    case protocol::TrackingCodeFault::CheckDigits:
      return "the code was mistyped: its check digits do not fit";
    default:
      return "that is no enrolment code: it has 16 digits, spaces and dashes between them";
  }
}

}  // namespace

void EnrolVerb::add_to(CLI::App& app) {
  verb_ = app.add_subcommand(
      "enrol", "Get this kiosk its keys, with the code that staff issued (pishkhan-cases enrol-code)");
  verb_->add_option("--url", url_, "https://host:port of ingest's port for enrolment")->required();
  verb_->add_option("--code", code_, "16 digits; -: read from standard input, out of sight of other users")
      ->required();
  verb_->add_option("--keys", keys_, "The kiosk's folder of keys")->required();
  verb_->add_option("--ca", authority_, "The city's CA in PEM, which the kiosk will believe")->required();
  verb_
      ->add_option("--key", key_place_, "Where the signing key is made, as queue.key of the configuration says")
      ->check(CLI::IsMember({"file", "tpm"}))
      ->capture_default_str();
  verb_->add_flag("--present-key", present_key_,
                  "Keep key and epoch: for a certificate that ran out before it could be renewed");
  verb_->add_option("--proxy", proxy_, "http://host:port");
  verb_->add_option("--patience", patience_s_, "Seconds to wait for the backend")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  verb_->add_flag("--json", json_, "print JSON");
}

int EnrolVerb::run() const {
  std::string typed = code_;
  if (typed == "-") std::getline(std::cin, typed);
  const auto code = protocol::EnrolmentCode::parse(typed);
  wipe(typed.data(), typed.size());
  if (!code) {
    complain(sentence(code.error()));
    return 1;
  }
  sync::EnrolOptions options;
  options.endpoint.base_url = url_;
  options.endpoint.authority_file = authority_;
  options.endpoint.proxy = proxy_;
  options.key_place = key_place_ == "tpm" ? protocol::KeyPlace::Tpm : protocol::KeyPlace::File;
  options.with = present_key_ ? sync::EnrolWith::PresentKey : sync::EnrolWith::NewKey;
  options.patience = std::chrono::seconds(patience_s_);
  sync::KeyFolder folder(keys_);
  const SystemClock clock;
  SystemRandom random;
  const auto enrolled = sync::enrol(options, *code, folder, clock, random,
                                    [](std::chrono::milliseconds wait) { std::this_thread::sleep_for(wait); });
  if (!enrolled) {
    complain(std::visit([](const auto& fault) { return sentence(fault); }, enrolled.error()));
    return 1;
  }
  if (json_) {
    std::printf("{\"kiosk\":%d,\"epoch\":%d,\"was_complete\":%s}\n", enrolled->kiosk, enrolled->epoch,
                enrolled->was_complete ? "true" : "false");
  } else {
    std::printf("kiosk %d, epoch %d%s\n", enrolled->kiosk, enrolled->epoch,
                enrolled->was_complete ? " (an earlier attempt had done it; the code was not used)" : "");
  }
  return 0;
}

}  // namespace pishkhan::tools
