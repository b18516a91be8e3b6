// Where an export goes: a new folder, or one tar file. Everything is opened before anything is
// asked for: an answer that cannot be written is not to stand in the ledger as given.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "admin/outcome.hpp"
#include "base/descriptor.hpp"

namespace consign::admin {

enum class BundleForm { folder, tar };

/// Removes what it made, unless finish() succeeds.
class BundleWriter {
  public:
    /// The folder may be there where it is empty; a tar must not be. Files have mode 0600, a new
    /// folder 0700.
    [[nodiscard]] static Outcome<BundleWriter> create(const std::filesystem::path& out,
                                                      BundleForm form);
    BundleWriter(BundleWriter&&) noexcept = default;
    BundleWriter(const BundleWriter&) = delete;
    BundleWriter& operator=(const BundleWriter&) = delete;
    ~BundleWriter();

    /// To the end of this file of the bundle; a Failure for a name that no bundle has.
    [[nodiscard]] Outcome<> append(std::string_view file, std::string_view text);
    /// All of it on the disk.
    [[nodiscard]] Outcome<> finish();

  private:
    BundleWriter(std::filesystem::path out, BundleForm form) : out_(std::move(out)), form_(form) {}
    [[nodiscard]] Outcome<> open_files();
    [[nodiscard]] Outcome<> write_tar();

    std::filesystem::path out_;
    BundleForm form_;
    Descriptor place_;                                      // the folder, or the tar
    std::map<std::string, Descriptor, std::less<>> files_;  // of a tar: without a name
    bool is_ours_ = false;                                  // we made the folder
};

}  // namespace consign::admin
