#include "policy/load.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/evp.hpp"
#include "policy/awaited.hpp"
#include "policy/check.hpp"
#include "policy/draft.hpp"
#include "policy/language/spelling.hpp"
#include "policy/reader.hpp"
#include "policy/source.hpp"
#include "policy/terms_digest.hpp"

namespace consign::policy {

namespace fs = std::filesystem;

namespace {

/// Absolute: what the policy names in it must not depend on where a process stands.
fs::path folder_of(const fs::path& consign_yaml) {
    return fs::absolute(consign_yaml).parent_path().lexically_normal();
}

class Loader {
  public:
    Loader(const Source& source, const fs::path& consign_yaml, Timestamp now)
        : source_(source),
          folder_(folder_of(consign_yaml)),
          server_file_(consign_yaml.filename().string()),
          now_(now) {}

    Loaded run() {
        read_server();
        const bool has_server_file = all_files_read_;
        for (const std::string& file : policy_files()) read_policy(file);
        if (has_server_file) check({draft_, all_files_read_, now_, problems_});
        Loaded loaded{
            .policy = nullptr, .problems = problems_.sorted(files_), .data = draft_.policy.data};
        if (!problems_.has_errors()) {
            Digest32 hash{};
            std::ranges::copy(digest_.finish(), hash.begin());
            draft_.policy.hash = hash;
            draft_.policy.terms = terms_digest(draft_.policy);
            draft_.policy.route_index = RouteIndex(draft_.policy.routes);
            loaded.policy = std::make_shared<const Policy>(std::move(draft_.policy));
        }
        loaded.files = std::move(files_);
        return loaded;
    }

  private:
    void read_server() {
        draft_.server_file = server_file_;
        if (const auto document = parsed(server_file_))
            read_server_file(Reader(server_file_, problems_, awaited_words), document->root(),
                             folder_, draft_);
    }

    void read_policy(const std::string& file) {
        const ReadNamedFile read_named = [this](const std::string& path) {
            return content(path, key_file_limit_bytes);
        };
        const Reader in(file, problems_, awaited_words);
        if (const auto document = parsed(file))
            read_policy_file({in, folder_, read_named, draft_}, document->root());
    }

    std::optional<yaml::Document> parsed(const std::string& file) {
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
        const std::size_t index = files_.size();
        files_.push_back({name, {}});
        auto text = source_.read(name, limit_bytes);
        if (!text) return text;
        bytes_ += text->size();
        if (bytes_ > policy_limit_bytes)
            return std::unexpected(
                fmt::format("makes the policy larger than {} MiB", policy_limit_bytes >> 20U));
        add_to_hash(name, *text);
        files_[index].text = *text;
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
        const auto found = source_.names_in(pattern.parent_path());
        if (!found)
            return refused(fmt::format("the folder of {} cannot be read: {}",
                                       cited(draft_.policy_files), found.error()));
        for (const std::string& name : *found)
            // A leading dot is an editor's, or a package manager's.
            if (!name.starts_with('.') && names->matches_name(name))
                files.push_back((pattern.parent_path() / name).string());
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

    const Source& source_;
    fs::path folder_;
    std::string server_file_;
    Timestamp now_;
    Problems problems_;
    Draft draft_;
    std::vector<SourceFile> files_;  // as they are read
    std::size_t bytes_ = 0;          // of them all
    bool all_files_read_ = true;
    evp::Digest digest_;
};

}  // namespace

Loaded load(const fs::path& consign_yaml, Timestamp now) {
    return Loader(FolderSource(folder_of(consign_yaml)), consign_yaml, now).run();
}

Loaded load_kept(const std::vector<SourceFile>& files, const fs::path& consign_yaml,
                 Timestamp now) {
    return Loader(KeptSource(files), consign_yaml, now).run();
}

}  // namespace consign::policy
