// A file that is being deposited. Seen by its depositor alone until `finish` says that it is whole.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <span>

#include "base/virtual_path.hpp"
#include "desk/deposits/appraisal.hpp"
#include "desk/retention/disposal.hpp"
#include "desk/site/session.hpp"

namespace consign::desk {

/// How an upload begins: SFTP's open flags, or FTP's STOR, APPE and REST.
struct UploadMode {
    bool create = false;     // may make a new name
    bool exclusive = false;  // must
    bool truncate = false;   // starts empty; otherwise from what is there (resume, append, update)
    bool append = false;     // every write goes to the end, wherever it says
};

class Upload {
  public:
    /// What the desk found and decided at OPEN.
    struct Opening {
        std::string account;
        VirtualPath path;   // relative to the home
        VirtualPath whole;  // in the whole tree
        UploadMode mode;
        Id base;                        // the file whose content it began from; nil: none
        std::string origin;             // whose content that is, where not all its own
        bool resumes = false;           // goes on with what was unfinished
        bool changed = false;           // there is something to deposit even without a write
        bool readable = true;           // what was there before, if anything, may be read back
        std::uint64_t fixed_bytes = 0;  // so much, from the start, may not be changed
        std::string rule;               // that let it begin
        Digest32 policy{};              // the hash of the policy that the rule stands in
        VirtualPath home;
        std::uint64_t home_bytes = 0;      // what the catalog counts there; where it has a quota
        std::uint64_t row_bytes = 0;       // of it, this upload's
        std::uint64_t replaced_bytes = 0;  // of it, what the name held
        std::optional<std::uint64_t> quota_bytes, file_limit_bytes;
        Occupancy::Place place;  // among the files that the account has open
    };

    Upload(Session& session, Opening opening, std::unique_ptr<vault::SealedUpload> sealed);
    /// What was written stays, as an unfinished upload.
    ~Upload();
    Upload(const Upload&) = delete;
    Upload& operator=(const Upload&) = delete;

    using Range = vault::Piece;

    /// All of them, in order; the views must live until it resumes. Sealed, and on its way to the
    /// disk: durable after `flush` or `finish`. After a write that failed the file has a gap, and
    /// `finish` answers what the write did.
    [[nodiscard]] boost::asio::awaitable<Result<>> write(std::span<const Range> ranges);
    /// Reads back; fewer bytes only at the end. desk_errc::may_not_download where it began from
    /// what is there, and that may not be read. Else that it is read is on record before it is.
    [[nodiscard]] boost::asio::awaitable<Result<std::size_t>> read(std::uint64_t offset,
                                                                   ByteSpan out);
    /// To the size that it has already: nothing happens, and nothing is changed.
    [[nodiscard]] boost::asio::awaitable<Result<>> resize(std::uint64_t size_bytes);
    /// The same, for another session of the account: a failure is its own to record.
    [[nodiscard]] boost::asio::awaitable<Result<>> change_size(std::uint64_t size_bytes);
    /// When it resumes, what was written survives a power cut (as an unfinished upload).
    [[nodiscard]] boost::asio::awaitable<Result<>> flush();
    /// Kept until the end, and given to the name then. From any thread.
    void set_times(std::optional<Timestamp> accessed, std::optional<Timestamp> modified);

    /// The protocol's own word that the file is complete. When it resumes, the file, its name, its
    /// event and what the routes made of it are durable. On an error the upload stays resumable.
    [[nodiscard]] boost::asio::awaitable<Result<>> finish();
    /// The connection broke, or the protocol gave up: the upload stays, resumable by its depositor.
    [[nodiscard]] boost::asio::awaitable<void> break_off();
    /// Another session takes the upload over: what was written is put on the disk, and every
    /// further call here fails with desk_errc::superseded. False while this one is being finished:
    /// then the other has come too late. Blocks: call it from a pool thread.
    [[nodiscard]] bool supersede();

    [[nodiscard]] std::uint64_t size_bytes() const { return size_bytes_; }
    [[nodiscard]] Timestamp modified() const { return times().modified.value_or(touched_); }
    [[nodiscard]] bool resumes() const { return opening_.resumes; }
    [[nodiscard]] const VirtualPath& path() const { return opening_.path; }
    [[nodiscard]] const Id& stream() const { return stream_; }

  private:
    /// Those that were set.
    struct Times {
        std::optional<Timestamp> accessed, modified;
    };
    [[nodiscard]] Times times() const {
        const std::scoped_lock lock(times_mutex_);
        return times_;
    }
    template <class Work>
    [[nodiscard]] boost::asio::awaitable<std::invoke_result_t<Work&, vault::SealedUpload&>> on_pool(
        Work work);
    [[nodiscard]] boost::asio::awaitable<Result<>> begin_change();
    [[nodiscard]] boost::asio::awaitable<Result<>> failed_write(std::error_code why);
    [[nodiscard]] Result<> resize_from_pool(std::uint64_t size_bytes);
    [[nodiscard]] Result<> write_to(vault::SealedUpload& sealed,
                                    std::span<const Range> ranges) const;
    /// Nothing where that has to be left to the pool.
    [[nodiscard]] std::optional<Result<>> write_in_memory(std::span<const Range> ranges);
    [[nodiscard]] boost::asio::thread_pool& pool() const;
    [[nodiscard]] Result<> has_durable_row();
    [[nodiscard]] Result<> may_write(std::uint64_t offset, std::uint64_t bytes) const;
    [[nodiscard]] Result<> may_grow_to(std::uint64_t size_bytes) const;
    [[nodiscard]] std::uint64_t beyond_row(std::uint64_t size_bytes) const;
    [[nodiscard]] Result<> settle_growth(Transaction& transaction);
    [[nodiscard]] ledger::Event event(ledger::Action action, ledger::Outcome outcome) const;
    /// What the opening's rule decided.
    void rule_by_opening(ledger::Event& event) const;
    [[nodiscard]] boost::asio::awaitable<void> record_failure(ledger::Event event,
                                                              std::error_code why);
    [[nodiscard]] boost::asio::awaitable<Result<>> drop_unchanged();
    [[nodiscard]] Result<> end_unchanged(Transaction& transaction, ledger::Event& event);
    [[nodiscard]] boost::asio::awaitable<std::error_code> give_back(ledger::Event event,
                                                                    std::error_code why,
                                                                    bool on_disk);
    [[nodiscard]] Result<> keep_row(Transaction& transaction, bool on_disk, Timestamp now);
    [[nodiscard]] boost::asio::awaitable<Result<Aftermath>> deposit_from_pool(vault::Sealed sealed,
                                                                              ledger::Event& event);
    [[nodiscard]] boost::asio::awaitable<Result<Aftermath>> deposit(vault::Sealed sealed,
                                                                    ledger::Event& event);
    struct Placement;
    [[nodiscard]] Result<Placement> place(Transaction& transaction, const policy::Account& account,
                                          const vault::Sealed& sealed, ledger::Event& event);
    [[nodiscard]] Result<> commit(Transaction& transaction, const vault::Sealed& sealed,
                                  const Appraisal& appraisal, ledger::Event& event,
                                  Aftermath& aftermath);
    [[nodiscard]] Result<> withdraw_replaced(Transaction& transaction,
                                             const policy::Account& account,
                                             const std::optional<catalog::Entry>& existing,
                                             const ledger::Event& event, Aftermath& aftermath);

    Site& site_;
    Session& session_;  // used by the session's own calls alone
    const Opening opening_;
    const Id stream_;
    std::atomic<Timestamp> touched_;  // read by other sessions of the account, too, as is the size
    std::atomic<bool> changed_ = false;
    std::atomic<bool> is_ragged_ = false;  // it was not written from its start to its end alone
    std::error_code failed_write_;
    bool is_shown_ = false;  // it is on record that what it began from is read
    std::atomic<std::uint64_t> size_bytes_ = 0;

    mutable std::mutex times_mutex_;
    Times times_;

    // A session that takes over comes from another strand. Held on pool threads, but for moments
    // in which nothing can block.
    std::mutex mutex_;
    bool row_is_durable_ = false;  // as far as is known
    bool finishing_ = false;
    std::unique_ptr<vault::SealedUpload> sealed_;  // null: finished, broken off, or superseded
};

}  // namespace consign::desk
