#include "policy/source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace consign::policy {

namespace fs = std::filesystem;

namespace {

std::unexpected<std::string> wrong(std::string message) {
    return std::unexpected(std::move(message));
}

std::unexpected<std::string> too_large(std::size_t limit_bytes) {
    return wrong(fmt::format("is larger than {} KiB", limit_bytes / 1024));
}

}  // namespace

std::expected<std::string, std::string> FolderSource::read(const std::string& name,
                                                           std::size_t limit_bytes) const {
    const fs::path path = folder_ / name;
    std::error_code error;
    // A FIFO or a device would never end.
    if (fs::exists(path, error) && !fs::is_regular_file(path, error))
        return wrong("is not a regular file");
    std::ifstream file(path, std::ios::binary);
    if (!file) return wrong(fmt::format("cannot be read: {}", std::strerror(errno)));
    std::string text(limit_bytes + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (file.bad()) return wrong("cannot be read");
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > limit_bytes) return too_large(limit_bytes);
    return text;
}

std::expected<std::vector<std::string>, std::string> FolderSource::names_in(
    const fs::path& folder) const {
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator entry(folder_ / folder, error), end; !error && entry != end;
         entry.increment(error))
        names.push_back(entry->path().filename().string());
    if (error) return wrong(error.message());
    return names;
}

std::expected<std::string, std::string> KeptSource::read(const std::string& name,
                                                         std::size_t limit_bytes) const {
    const auto file = std::ranges::find(files_, name, &SourceFile::name);
    if (file == files_.end()) return wrong("was not kept");
    if (file->text.size() > limit_bytes) return too_large(limit_bytes);
    return file->text;
}

std::expected<std::vector<std::string>, std::string> KeptSource::names_in(
    const fs::path& folder) const {
    std::vector<std::string> names;
    for (const SourceFile& file : files_)
        if (const fs::path path(file.name); path.parent_path() == folder)
            names.push_back(path.filename().string());
    return names;
}

}  // namespace consign::policy
