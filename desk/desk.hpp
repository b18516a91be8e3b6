// The desk: the one door to the data. Every call goes resolve -> decide -> act -> record, in this
// order, for every protocol and worker. One Desk serves one authenticated account's session, on
// that session's strand; what blocks is awaited on the store's pool. What changes names is decided,
// done and recorded in one job of the writer, so that nothing can come between. Paths are relative
// to the account's home. Errors are desk::errc; what fails below is logged, and told as
// desk_errc::storage_failed.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/virtual_path.hpp"
#include "desk/deposits/upload.hpp"
#include "desk/receipts/hash_blocks.hpp"
#include "desk/site/download.hpp"
#include "desk/site/errc.hpp"
#include "desk/site/listing.hpp"
#include "desk/site/session.hpp"
#include "policy/decide.hpp"

namespace consign::desk {

/// The account's quota as a file system, on which nothing is free once the disk takes no deposit.
struct Space {
    std::uint64_t total_bytes = 0, free_bytes = 0;
    std::uint64_t total_files = 0, free_files = 0;
};

class ContentDigest;
struct ReceiptPath;

class Desk {
  public:
    template <class T = void>
    using Answer = boost::asio::awaitable<Result<T>>;

    Desk(Session& session, std::string account, Occupancy::Place place);

    [[nodiscard]] Answer<Attributes> stat(VirtualPath path);
    [[nodiscard]] Answer<std::unique_ptr<Listing>> list(VirtualPath folder);
    [[nodiscard]] Answer<std::shared_ptr<Upload>> open_upload(VirtualPath path, UploadMode mode);
    /// Would open_upload let it begin now? How much of the file would be there already: 0 where it
    /// starts empty. Nothing is made; a refusal is recorded.
    [[nodiscard]] Answer<std::uint64_t> may_open_upload(VirtualPath path, UploadMode mode);
    [[nodiscard]] Answer<std::unique_ptr<Download>> open_download(VirtualPath path);
    struct RenameMode {
        bool replace = false;       // a file that is there is overwritten, where that is granted
        bool to_directory = false;  // `to` was written so that it names a folder
    };
    /// desk_errc::names_a_directory where a file is to have a folder's name.
    [[nodiscard]] Answer<> rename(VirtualPath from, VirtualPath to, RenameMode mode);
    [[nodiscard]] Answer<> remove(VirtualPath path);
    [[nodiscard]] Answer<> make_directory(VirtualPath path);
    [[nodiscard]] Answer<> remove_directory(VirtualPath path);
    [[nodiscard]] Answer<> set_times(VirtualPath path, std::optional<Timestamp> accessed,
                                     std::optional<Timestamp> modified);
    /// A new version of a file, so long. The account's own unfinished upload of the name stays
    /// unfinished, and with the session that has it open.
    [[nodiscard]] Answer<> resize(VirtualPath path, std::uint64_t size_bytes);
    /// One digest a block, one after the other.
    [[nodiscard]] Answer<Bytes> hash(VirtualPath path, HashRequest request);
    [[nodiscard]] Answer<Space> space();
    /// The client says that it writes UTF-8, or takes that back, whatever the account's
    /// `filename_charset`.
    void speak_utf8(bool on) { speaks_utf8_ = on; }
    /// A path, and a name or path, as the account's client writes it. Errors: VirtualPath::parse's.
    [[nodiscard]] Result<VirtualPath> path_of(std::string_view written,
                                              const VirtualPath& from = VirtualPath()) const;
    /// The same of a file. desk_errc::names_a_directory where what is written can be no file's.
    [[nodiscard]] Result<VirtualPath> file_path_of(std::string_view written,
                                                   const VirtualPath& from = VirtualPath()) const;
    /// What is written ends as a folder's path alone may: in "/", or in "." or ".." for a name.
    [[nodiscard]] static bool names_directory(std::string_view written);
    [[nodiscard]] std::string written(std::string_view name) const;
    /// What the policy lets the account do at the path; whatever is there, or not.
    [[nodiscard]] policy::Verbs rights(const VirtualPath& path) const;
    /// Does the policy grant the account this exception, now?
    [[nodiscard]] bool has_exception(policy::LegacyException exception) const;

    [[nodiscard]] Session& session() const { return session_; }

  private:
    friend class FolderListing;

    [[nodiscard]] policy::FilenameCharset charset() const;

    /// What one call is about: the policy in force, the account in it, the path both ways.
    struct Scene {
        std::shared_ptr<const policy::Policy> policy;
        const policy::Account* account = nullptr;
        VirtualPath path, whole;
        ledger::Event event;   // of this act, granted until it is refused
        bool hides = false;    // something is there that the account may not see
        std::string words;     // of a refusal, where they say more than its code does
        bool resumes = false;  // an upload was found that the call would go on with
    };
    /// desk_errc::account_withdrawn, desk_errc::name_too_long.
    [[nodiscard]] Result<Scene> scene(VirtualPath path, ledger::Action action) const;
    /// The same; a failure is recorded.
    [[nodiscard]] Answer<Scene> enter(VirtualPath path, ledger::Action action);
    /// Decides in the scene: on a no, the event is told so, and `refusal` is the answer.
    [[nodiscard]] static Result<> decide(Scene& scene, const policy::Verdict& verdict,
                                         desk_errc refusal);
    /// The pickup that speaks of the entry at the scene's path; nothing of one's own.
    [[nodiscard]] static const policy::Pickup* pickup_of(const Scene& scene,
                                                         const catalog::Entry& entry);
    /// desk_errc::outside_pickup_window, with the next time as its words.
    [[nodiscard]] static Result<> within_window(Scene& scene, const policy::Pickup& pickup);
    [[nodiscard]] Result<pickups::Pickups::Lease> take_lease(Transaction& transaction, Scene& scene,
                                                             const policy::Pickup& pickup,
                                                             const catalog::Entry& entry) const;
    /// `then` took it away from the account, which had collected all of it.
    [[nodiscard]] Result<std::optional<policy::Rule>> taken_away(Transaction& transaction,
                                                                 const Scene& scene) const;
    /// The account's own fresh deposit of that name, which a route took away from there.
    [[nodiscard]] std::optional<MovedName> moved_name(const Scene& scene) const;
    /// The entry that the account may see under the path: a hidden one is answered as a missing one
    /// is.
    [[nodiscard]] Result<catalog::Entry> visible(Transaction& transaction, Scene& scene) const;
    /// Why there is no entry: desk_errc::unfinished where the account has a part of it there.
    [[nodiscard]] std::error_code or_unfinished(Transaction& transaction, const Scene& scene,
                                                std::error_code why) const;
    /// The answer to the peer where a call failed; a refusal is recorded.
    [[nodiscard]] boost::asio::awaitable<std::error_code> refused(Scene scene, std::error_code why);
    /// Runs one deciding, acting and recording job of the writer, then what it leaves to do. An
    /// outdated appraisal is answered as it is, and nothing is recorded.
    template <class Job>
    [[nodiscard]] Answer<> change(VirtualPath path, ledger::Action action, Job job);

    // What lies in the folder of receipts. The scene is that of the call.
    [[nodiscard]] Answer<Attributes> stat_receipt(Scene scene, ReceiptPath path);
    [[nodiscard]] Answer<std::unique_ptr<Listing>> list_receipts(Scene scene, ReceiptPath path);
    [[nodiscard]] Answer<std::unique_ptr<Download>> open_receipt(Scene scene, ReceiptPath path);
    [[nodiscard]] Answer<Bytes> hash_receipt(Scene scene, ReceiptPath path, HashRequest request,
                                             ContentDigest digest);
    /// desk_errc::receipts_read_only where `path` is the folder of receipts, or lies in it.
    [[nodiscard]] static Result<> refuse_among_receipts(Scene& scene, const VirtualPath& path);

    /// The size to resume an upload at: of a verified prefix, and so safe to add to.
    [[nodiscard]] Answer<std::uint64_t> resumable_bytes(catalog::Upload upload);
    [[nodiscard]] Attributes attributes_of_own(const catalog::Upload& upload,
                                               std::uint64_t size_bytes) const;
    [[nodiscard]] Result<> drop_unfinished(Transaction& transaction, const ledger::Event& cause,
                                           const catalog::Upload& unfinished,
                                           Aftermath& aftermath) const;
    [[nodiscard]] Result<> is_only_version(Transaction& transaction, const Scene& scene) const;
    [[nodiscard]] Answer<> resize_closed(VirtualPath path, std::uint64_t size_bytes);
    struct Target;
    struct Beginning;
    [[nodiscard]] Result<std::optional<catalog::Entry>> moved_away(Transaction& transaction,
                                                                   Scene& scene) const;
    [[nodiscard]] Result<> has_room_for_copy(const Scene& scene, const Target& target) const;
    struct Renaming {
        VirtualPath from, to;
        RenameMode mode;
        bool is_last_try = false;
    };
    [[nodiscard]] Answer<Appraisal> appraise_rename(const Renaming& renaming);
    [[nodiscard]] Answer<> rename_once(Renaming renaming);
    [[nodiscard]] Result<> rename_in(Transaction& transaction, Scene& scene,
                                     const Renaming& renaming, const Appraisal& appraisal,
                                     Aftermath& aftermath);
    [[nodiscard]] Result<Target> find_target(Transaction& transaction, Scene& scene,
                                             UploadMode mode) const;
    [[nodiscard]] Result<std::unique_ptr<vault::SealedUpload>> begin_sealed(const Scene& scene,
                                                                            Target& target,
                                                                            UploadMode mode);
    [[nodiscard]] Answer<> begin_new(Scene& scene, UploadMode mode, Beginning& beginning);
    [[nodiscard]] Answer<> begin_on_content(Scene& scene, UploadMode mode, Beginning& beginning);
    [[nodiscard]] Result<> begin_row(Transaction& transaction, Scene& scene,
                                     Beginning& beginning) const;
    [[nodiscard]] boost::asio::awaitable<void> drop(Beginning beginning);
    [[nodiscard]] std::shared_ptr<Upload> make_upload(const Scene& scene, UploadMode mode,
                                                      Beginning beginning, Occupancy::Place place);
    [[nodiscard]] vault::Deposit deposit_of(const Scene& scene) const;
    [[nodiscard]] Result<std::unique_ptr<vault::SealedUpload>> copy_of(
        const catalog::File& file, const vault::Deposit& deposit) const;

    Session& session_;
    Site& site_;
    const std::string account_;
    bool speaks_utf8_ = false;
    Occupancy::Place place_;
};

}  // namespace consign::desk
