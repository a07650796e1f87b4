#include "drivers/simulated/card_program.h"

#include "base/core/personal.h"

#include <algorithm>

namespace pishkhan::simulated {

namespace {

constexpr std::uint8_t chaining_class = 0x10;  // ISO 7816-4, 5.4.1: the command is not the last of a chain
constexpr std::uint8_t instruction_get_response = 0xC0;
constexpr std::size_t most_chained_bytes = 4096;

}  // namespace

CardProgram::~CardProgram() {
  drop();
}

void CardProgram::drop() {
  for (Bytes* bytes : {&offered_, &chain_}) {
    wipe(bytes->data(), bytes->size());
    bytes->clear();
  }
}

Bytes CardProgram::reset() {
  drop();
  forget();
  return answer_to_reset_;
}

Bytes CardProgram::apdu(ByteView bytes) {
  const auto parsed = parse_command(bytes);
  if (!parsed) return respond(status::wrong_length);
  CardCommand command = *parsed;
  if ((command.instruction_class & ~chaining_class) != 0x00) return respond(status::unknown_class);
  if (command.instruction == instruction_get_response) return get_response(command);
  wipe(offered_.data(), offered_.size());
  offered_.clear();
  if (!chain_.empty() && command.instruction != chained_instruction_) chain_.clear();
  const bool more = command.instruction_class == chaining_class;
  if (more || !chain_.empty()) {
    if (chain_.size() + command.data.size() > most_chained_bytes) return respond(status::wrong_length);
    chain_.insert(chain_.end(), command.data.begin(), command.data.end());
    chained_instruction_ = command.instruction;
    if (more) return respond(status::done);
    command.data = chain_;
  }
  Bytes answer = deliver(command, run(command));
  wipe(chain_.data(), chain_.size());
  chain_.clear();
  return answer;
}

Bytes CardProgram::deliver(const CardCommand& command, Answer answer) {
  const bool whole = answer.data.empty() || answer.delivery == Answer::Delivery::AsIs;
  if (whole || answer.data.size() <= command.expected) {
    Bytes bytes = respond(answer.status, answer.data);
    wipe(answer.data.data(), answer.data.size());
    return bytes;
  }
  offered_ = std::move(answer.data);
  after_ = answer.status;
  if (command.expected == 0) return respond_with_count(0x61, offered_.size());
  Bytes bytes = respond_with_count(0x61, offered_.size() - command.expected);
  bytes.insert(bytes.begin(), offered_.begin(),
               offered_.begin() + static_cast<std::ptrdiff_t>(command.expected));
  offered_.erase(offered_.begin(), offered_.begin() + static_cast<std::ptrdiff_t>(command.expected));
  return bytes;
}

Bytes CardProgram::get_response(const CardCommand& command) {
  if (command.p1 != 0 || command.p2 != 0) return respond(status::wrong_p1_p2);
  if (command.expected == 0 || !command.data.empty()) return respond(status::wrong_length);
  if (offered_.empty()) return respond(status::not_satisfied);
  // "All there is", or no more than there is.
  const bool all = command.expected == 256 || command.expected == 65'536;
  if (!all && command.expected > offered_.size()) return respond_with_count(0x6C, offered_.size());
  const std::size_t count = std::min(command.expected, offered_.size());
  Bytes answer(offered_.begin(), offered_.begin() + static_cast<std::ptrdiff_t>(count));
  offered_.erase(offered_.begin(), offered_.begin() + static_cast<std::ptrdiff_t>(count));
  const Bytes words = offered_.empty() ? respond(after_) : respond_with_count(0x61, offered_.size());
  answer.insert(answer.end(), words.begin(), words.end());
  return answer;
}

}  // namespace pishkhan::simulated
