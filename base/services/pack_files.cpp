#include "base/services/loader.h"

#include <algorithm>
#include <fstream>
#include <system_error>

namespace pishkhan::services {
namespace {

namespace fs = std::filesystem;
using Kind = CatalogueFault::Kind;

constexpr std::size_t kLargestFileBytes = 256 * 1024;
constexpr std::size_t kMostFiles = 200;

Result<PackFile, CatalogueFault> read_file(const fs::path& path, const std::string& name) {
  const auto cannot_read = [&] { return fail(CatalogueFault{Kind::CannotRead, name, "", "a readable file"}); };
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return cannot_read();
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return cannot_read();
  PackFile file{name, std::string(kLargestFileBytes + 1, '\0')};
  stream.read(file.bytes.data(), static_cast<std::streamsize>(file.bytes.size()));
  if (stream.bad()) return cannot_read();
  file.bytes.resize(static_cast<std::size_t>(stream.gcount()));
  if (file.bytes.size() > kLargestFileBytes) {
    return fail(
        CatalogueFault{Kind::TooLarge, name, "", "at most " + std::to_string(kLargestFileBytes) + " bytes"});
  }
  return file;
}

Result<std::vector<std::string>, CatalogueFault> names_in(const fs::path& folder, const std::string& shown) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    names.push_back(entry->path().filename().string());
    if (names.size() > kMostFiles) {
      return fail(
          CatalogueFault{Kind::TooLarge, shown, "", "at most " + std::to_string(kMostFiles) + " files"});
    }
  }
  if (error) return fail(CatalogueFault{Kind::CannotRead, shown, "", "a readable folder"});
  return names;
}

bool ends_with(std::string_view text, std::string_view ending) {
  return text.size() > ending.size() && text.substr(text.size() - ending.size()) == ending;
}

constexpr std::string_view kAllowedFiles = "city.json, areas.json, logo.png and services/*.json";

void put_number(ByteWriter& writer, std::size_t number) {
  writer.be64(number);
}

}  // namespace

Result<Pack, CatalogueFault> read_pack(const fs::path& folder) {
  const auto top = names_in(folder, folder.string());
  if (!top) return fail(top.error());
  std::vector<std::string> names;
  for (const std::string& name : *top) {
    if (name == "services") continue;
    if (name != "city.json" && name != "areas.json" && name != "logo.png") {
      return fail(CatalogueFault{Kind::UnknownFile, name, "", std::string(kAllowedFiles)});
    }
    names.push_back(name);
  }
  const auto services = names_in(folder / "services", "services");
  if (!services) return fail(services.error());
  for (const std::string& name : *services) {
    if (!ends_with(name, ".json")) {
      return fail(CatalogueFault{Kind::UnknownFile, "services/" + name, "", std::string(kAllowedFiles)});
    }
    names.push_back("services/" + name);
  }
  std::sort(names.begin(), names.end());
  Pack pack;
  for (const std::string& name : names) {
    auto file = read_file(folder / name, name);
    if (!file) return fail(std::move(file.error()));
    pack.push_back(std::move(*file));
  }
  return pack;
}

Bytes canonical_bytes(const Pack& pack) {
  Bytes run;
  ByteWriter writer(run);
  put_number(writer, pack.size());
  for (const PackFile& file : pack) {
    for (const std::string& part : {file.name, file.bytes}) {
      put_number(writer, part.size());
      writer.bytes(as_bytes(part));
    }
  }
  return run;
}

std::optional<Pack> pack_of(ByteView canonical) {
  ByteReader in(canonical);
  const std::uint64_t count = in.be64();
  // city.json, areas.json and logo.png lie beside at most kMostFiles services.
  if (!in.ok() || count > kMostFiles + 3) return std::nullopt;
  Pack pack;
  for (std::uint64_t i = 0; i < count; ++i) {
    PackFile file;
    for (std::string* part : {&file.name, &file.bytes}) {
      const std::uint64_t size = in.be64();
      if (!in.ok() || size > kLargestFileBytes) return std::nullopt;
      *part = as_text(in.bytes(static_cast<std::size_t>(size)));
    }
    // Sorted and each once: there is one run for a pack.
    if (!in.ok() || (!pack.empty() && !(pack.back().name < file.name))) return std::nullopt;
    pack.push_back(std::move(file));
  }
  if (!in.at_end()) return std::nullopt;
  return pack;
}

std::string fingerprint_text(ByteView hash) {
  std::string text = to_hex(hash.first(std::min<std::size_t>(4, hash.size())));
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c; });
  if (text.size() > 4) text.insert(4, "-");
  return text;
}

std::string_view name(CatalogueFault::Kind kind) {
  switch (kind) {
    case Kind::CannotRead:
      return "cannot-read";
    case Kind::TooLarge:
      return "too-large";
    case Kind::UnknownFile:
      return "unknown-file";
    case Kind::NotJson:
      return "not-json";
    case Kind::NotPicture:
      return "not-a-picture";
    case Kind::UnknownKey:
      return "unknown-key";
    case Kind::DuplicateKey:
      return "duplicate-key";
    case Kind::MissingKey:
      return "missing-key";
    case Kind::WrongType:
      return "wrong-type";
    case Kind::WrongValue:
      return "wrong-value";
    case Kind::MissingTranslation:
      return "missing-translation";
    case Kind::DuplicateId:
      return "duplicate-id";
    case Kind::DanglingReference:
      return "dangling-reference";
    case Kind::StagesOutOfOrder:
      return "stages-out-of-order";
  }
  return "unknown";
}

std::string describe(const CatalogueFault& fault) {
  std::string text = fault.file + ": ";
  if (!fault.where.empty()) text += fault.where + ": ";
  text += name(fault.kind);
  if (!fault.allowed.empty()) text += "; allowed: " + fault.allowed;
  return text;
}

}  // namespace pishkhan::services
