#include "tests/power-cut/model_disk.h"

#include <algorithm>
#include <set>

namespace pishkhan::power_cut {
namespace {

constexpr std::size_t sector_bytes = 512;

void put_into(Bytes& content, std::size_t offset, ByteView bytes) {
  if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size());
  std::copy(bytes.begin(), bytes.end(), content.begin() + static_cast<std::ptrdiff_t>(offset));
}

}  // namespace

bool ModelDisk::operate() {
  if (!powered_ || writable_operations_ == 0) return false;
  if (writable_operations_ > 0) --writable_operations_;
  ++operations_;
  if (operations_left_ > 0 && --operations_left_ == 0) powered_ = false;
  return powered_;
}

void ModelDisk::apply(const Change& change, Bytes& content) {
  if (change.truncated_to) {
    content.resize(*change.truncated_to);
  } else {
    put_into(content, change.offset, change.bytes);
  }
}

bool ModelDisk::read() {
  if (!powered_) return false;
  if (reads_left_ == 0) return read_fault_ == ReadFault::Once;
  return reads_left_ < 0 || --reads_left_ > 0;
}

bool ModelDisk::create(const std::string& name) {
  if (!operate()) return false;
  names_.emplace(name, std::make_shared<File>());
  return true;
}

bool ModelDisk::remove(const std::string& name) {
  if (!operate()) return false;
  names_.erase(name);
  return true;
}

bool ModelDisk::rename(const std::string& from, const std::string& to) {
  if (!operate()) return false;
  const auto found = names_.find(from);
  if (found == names_.end()) return false;
  const auto file = found->second;
  names_.erase(found);
  names_[to] = file;
  return true;
}

bool ModelDisk::write(const std::string& name, std::size_t offset, ByteView bytes) {
  if (!powered_ || writable_operations_ == 0) return false;
  File& file = *names_.at(name);
  file.pending.push_back({std::nullopt, offset, Bytes(bytes.begin(), bytes.end())});
  apply(file.pending.back(), file.current);
  // The write during which the power goes is on its way to the disk, too.
  return operate();
}

bool ModelDisk::truncate(const std::string& name, std::size_t size) {
  if (!powered_ || writable_operations_ == 0) return false;
  File& file = *names_.at(name);
  file.pending.push_back({size, 0, {}});
  apply(file.pending.back(), file.current);
  return operate();
}

bool ModelDisk::sync(const std::string& name) {
  if (!operate()) return false;
  File& file = *names_.at(name);
  if (syncs_left_ > 0 && --syncs_left_ == 0) {
    // As Linux does: what could not be written is taken for written, and no later sync tries again. Some of it
    // may have arrived.
    for (const Change& change : file.pending) lose_some_of(change, file.durable);
    file.pending.clear();
    return false;
  }
  for (const Change& change : file.pending) apply(change, file.durable);
  file.pending.clear();
  return true;
}

void ModelDisk::forget_cached(const std::string& name) {
  const auto found = names_.find(name);
  if (found == names_.end()) return;
  File& file = *found->second;
  file.current = file.durable;
  for (const Change& change : file.pending) apply(change, file.current);
}

bool ModelDisk::sync_names() {
  if (!operate()) return false;
  durable_names_ = names_;
  return true;
}

const Bytes* ModelDisk::content(const std::string& name) const {
  const auto found = names_.find(name);
  return found == names_.end() ? nullptr : &found->second->current;
}

std::size_t ModelDisk::used() const {
  std::size_t bytes = 0;
  for (const auto& [name, file] : names_) bytes += file->current.size();
  return bytes;
}

std::size_t ModelDisk::room_until(const std::string& name, std::size_t end) const {
  end = std::min(end, largest_file_);
  const auto found = names_.find(name);
  const std::size_t size = found == names_.end() ? 0 : found->second->current.size();
  // What lies on the disk already needs no room.
  return end <= size ? end : size + std::min(end - size, room());
}

ModelDisk::Image ModelDisk::image() const {
  Image image;
  for (const auto& [name, file] : durable_names_) image[name] = file->durable;
  return image;
}

void ModelDisk::restore(const Image& image) {
  names_.clear();
  for (const auto& [name, bytes] : image) {
    names_[name] = std::make_shared<File>(File{bytes, bytes, {}});
  }
  durable_names_ = names_;
}

bool ModelDisk::flip_bit(const std::string& name, std::size_t bit) {
  const auto found = names_.find(name);
  if (found == names_.end() || bit / 8 >= found->second->durable.size()) return false;
  for (Bytes* bytes : {&found->second->durable, &found->second->current}) {
    if (bit / 8 < bytes->size()) (*bytes)[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
  }
  return true;
}

void ModelDisk::put(const std::string& name, const Bytes& content) {
  names_[name] = std::make_shared<File>(File{content, content, {}});
  durable_names_[name] = names_[name];
}

void ModelDisk::lose_some_of(const Change& change, Bytes& content) {
  if (change.truncated_to) {
    if (random_.below(2) == 0) content.resize(*change.truncated_to);
    return;
  }
  for (std::size_t done = 0; done < change.bytes.size();) {
    const std::size_t offset = change.offset + done;
    const std::size_t count = std::min(sector_bytes - offset % sector_bytes, change.bytes.size() - done);
    const std::uint64_t fate = random_.below(8);
    Bytes sector(change.bytes.begin() + static_cast<std::ptrdiff_t>(done),
                 change.bytes.begin() + static_cast<std::ptrdiff_t>(done + count));
    if (fate == 0) random_.fill(sector);
    if (fate < 5) put_into(content, offset, sector);
    done += count;
  }
}

void ModelDisk::settle(File& file) {
  // Now and then everything or nothing of what was under way arrives, as with a drive that flushes on time
  // or not at all; otherwise each sector has its own fate.
  const std::uint64_t mood = random_.below(6);
  for (const Change& change : file.pending) {
    if (mood == 0) continue;
    if (mood == 1) {
      apply(change, file.durable);
    } else {
      lose_some_of(change, file.durable);
    }
  }
  file.pending.clear();
  file.current = file.durable;
}

void ModelDisk::restart() {
  std::set<std::string> all;
  for (const Names* names : {&names_, &durable_names_}) {
    for (const auto& [name, file] : *names) all.insert(name);
  }
  Names after;
  std::set<File*> settled;
  for (const std::string& name : all) {
    const bool newer = random_.below(2) == 0;
    const Names& source = newer ? names_ : durable_names_;
    const auto found = source.find(name);
    if (found == source.end()) continue;
    if (settled.insert(found->second.get()).second) settle(*found->second);
    after.emplace(name, found->second);
  }
  names_ = after;
  durable_names_ = after;
  operations_left_ = -1;
  powered_ = true;
}

}  // namespace pishkhan::power_cut
