#include "policy/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/evp.hpp"
#include "policy/draft.hpp"
#include "policy/reader.hpp"
#include "policy/spelling.hpp"

namespace consign::policy {

namespace fs = std::filesystem;

namespace {

class Loader {
  public:
    explicit Loader(const fs::path& consign_yaml)
        : folder_(fs::absolute(consign_yaml).parent_path().lexically_normal()),
          server_file_(consign_yaml.filename().string()) {}

    Loaded run() {
        read_server();
        const bool has_server_file = all_files_read_;
        for (const std::string& file : policy_files()) read_policy(file);
        if (has_server_file) check(draft_, all_files_read_, problems_);
        Loaded loaded{nullptr, problems_.sorted(files_)};
        if (!problems_.has_errors()) {
            Digest32 hash{};
            std::ranges::copy(digest_.finish(), hash.begin());
            draft_.policy.hash = hash;
            loaded.policy = std::make_shared<const Policy>(std::move(draft_.policy));
        }
        return loaded;
    }

  private:
    void read_server() {
        draft_.server_file = server_file_;
        if (const auto document = parsed(server_file_))
            read_server_file(Reader(server_file_, problems_), document->root(), folder_, draft_);
    }

    void read_policy(const std::string& file) {
        const ReadNamedFile read_named = [this](const std::string& path) {
            return content(path, key_file_limit_bytes);
        };
        if (const auto document = parsed(file))
            read_policy_file(Reader(file, problems_), document->root(), read_named, draft_);
    }

    std::optional<yaml::Document> parsed(const std::string& file) {
        files_.push_back(file);
        const auto text = content(file, yaml::document_limit_bytes);
        std::optional<yaml::Document> document;
        if (text)
            document = yaml::parse(*text, file, problems_);
        else
            problems_.error(file, {}, text.error());
        if (!document) all_files_read_ = false;
        return document;
    }

    /// Reads a file that is named relative to the folder, and counts it into the policy's hash.
    std::expected<std::string, std::string> content(const std::string& name,
                                                    std::size_t limit_bytes) {
        const fs::path path = folder_ / name;
        std::error_code error;
        // A FIFO or a device would never end.
        if (fs::exists(path, error) && !fs::is_regular_file(path, error))
            return std::unexpected(std::string("is not a regular file"));
        std::ifstream file(path, std::ios::binary);
        if (!file) return std::unexpected(fmt::format("cannot be read: {}", std::strerror(errno)));
        std::string text(limit_bytes + 1, '\0');
        file.read(text.data(), static_cast<std::streamsize>(text.size()));
        if (file.bad()) return std::unexpected(std::string("cannot be read"));
        text.resize(static_cast<std::size_t>(file.gcount()));
        if (text.size() > limit_bytes)
            return std::unexpected(fmt::format("is larger than {} KiB", limit_bytes / 1024));
        add_to_hash(name, text);
        return text;
    }

    /// With the lengths before them, so that no two sets of files look alike.
    void add_to_hash(std::string_view name, std::string_view text) {
        Bytes lengths;
        ByteWriter(lengths).u64(name.size()).u64(text.size());
        digest_.update(lengths);
        digest_.update(as_bytes(name));
        digest_.update(as_bytes(text));
    }

    /// In name order.
    std::vector<std::string> policy_files() {
        std::vector<std::string> files;
        if (draft_.policy_files.empty()) {  // told already
            all_files_read_ = false;
            return files;
        }
        const Reader in(server_file_, problems_);
        const auto refused = [&](std::string message) {
            in.error(draft_.policy_files_place, std::move(message));
            all_files_read_ = false;
            return std::vector<std::string>();
        };
        const fs::path pattern(draft_.policy_files);
        const auto names = Glob::name(pattern.filename().string());
        if (!names) return refused(names.error());
        if (pattern.parent_path().string().find_first_of("*?{") != std::string::npos)
            return refused("only the last part of `policy` may be a pattern");
        std::error_code error;
        for (fs::directory_iterator entry(folder_ / pattern.parent_path(), error), end;
             !error && entry != end; entry.increment(error)) {
            // A leading dot is an editor's, or a package manager's.
            const std::string name = entry->path().filename().string();
            if (!name.starts_with('.') && names->matches_name(name))
                files.push_back((pattern.parent_path() / name).string());
        }
        if (error)
            return refused(fmt::format("the folder of {} cannot be read: {}",
                                       cited(draft_.policy_files), error.message()));
        if (files.empty())
            return refused(fmt::format("no file matches {}", cited(draft_.policy_files)));
        if (files.size() > policy_file_limit)
            return refused(fmt::format("{} files match {}: at most {} are read", files.size(),
                                       cited(draft_.policy_files), policy_file_limit));
        std::ranges::sort(files);
        if (std::ranges::count(files, server_file_) > 0)
            return refused(
                fmt::format("{} matches this file too: give the policy files a folder "
                            "of their own",
                            cited(draft_.policy_files)));
        return files;
    }

    fs::path folder_;
    std::string server_file_;
    Problems problems_;
    Draft draft_;
    std::vector<std::string> files_;  // as they are read
    bool all_files_read_ = true;
    evp::Digest digest_;
};

}  // namespace

Loaded load(const fs::path& consign_yaml) {
    return Loader(consign_yaml).run();
}

}  // namespace consign::policy
