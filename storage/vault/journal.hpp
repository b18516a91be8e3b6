// The journal: small files, sealed, one after another, so that one sync makes many of them durable.
// docs/formats/sealed-file.md, "Journal". What stands in it goes to its own name without a sync of
// its own; what a power cut keeps from there, the next start puts back from here. Once a segment is
// full, and every transaction of what it holds has ended, one sync of the whole file system takes
// its place, and the segment is used again.
//   STAGING/journal.0, STAGING/journal.1   the segments
// Blocks on the disk, but for what says otherwise; safe from several threads.
#pragma once

#include <array>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "base/bytes.hpp"
#include "base/disk.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "storage/vault/record.hpp"

namespace consign::vault {

class Journal {
  public:
    /// What is longer has a sync of its own.
    static constexpr std::size_t image_limit_bytes = header_bytes + record_bytes;
    /// Each file begins at a multiple of it: to write one never touches another's sector.
    static constexpr std::uint64_t alignment_bytes = 4096;
    static constexpr std::size_t segment_count = 2;

    struct Shape {
        std::uint64_t segment_bytes = std::uint64_t{8} << 20;
        /// Syncs the file system on a thread of its own; otherwise whoever finds a segment full
        /// does, and waits.
        bool in_background = true;
    };

    /// `disk` outlives it. Segments that are there must have been replayed. It is of use as soon as
    /// a segment is made; where none can be (a full disk), it stays without use.
    Journal(Disk& disk, Disk::Path staging, Shape shape);
    /// Leaves zeros where all is durable elsewhere.
    ~Journal();
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    /// A whole sealed file. True once it is durable here; its place is kept until `settle` or
    /// `forget`, and before either it must stand under its own name. False: it is too long or
    /// empty, there is no room just now, or the disk failed.
    [[nodiscard]] bool add(const Id& stream, ByteView image);
    /// The file stands under its own name for good, or is to be found by another way: what is here
    /// is kept no longer than until the next sync of the file system. False where it holds nothing
    /// of the stream that was not settled. Does not block, where that sync is another thread's.
    [[nodiscard]] bool settle(const Id& stream);
    /// Was added, and neither settled nor forgotten.
    [[nodiscard]] bool holds(const Id& stream) const;
    /// Overwrites the key slots of what is here of this stream, settled or not: when it returns,
    /// nothing here leads to the content, and no start puts it back. Succeeds where there is
    /// nothing.
    [[nodiscard]] Result<> forget(const Id& stream);

    /// What stands at `offset` of a segment is put back under its own name, where that is a whole
    /// sealed file: how long it is, or 0 where there is none.
    using PutBack = std::function<Result<std::uint64_t>(DiskFile& segment, std::uint64_t offset)>;
    /// Puts back what a crash left in the segments, makes it durable there, and zeroes the
    /// segments. Before a Journal is made over them.
    [[nodiscard]] static Result<> replay(Disk& disk, const Disk::Path& staging,
                                         const PutBack& put_back);

  private:
    enum class State {
        unusable,  // not made yet, or failed for good
        ready,
        full,     // to be synced by its file system once nobody writes there and all is settled
        syncing,  // just that, by one thread
    };
    struct Segment {
        Disk::Path path;
        std::unique_ptr<DiskFile> file;
        State state = State::unusable;
        std::uint64_t end = 0;
        std::map<std::uint64_t, Id> streams;  // by offset; what was settled stays until covered
        std::size_t unsettled = 0;
        std::size_t writers = 0;     // within add
        std::size_t forgetters = 0;  // within forget: no place is given away meanwhile
        bool syncing = false;
        std::uint64_t syncs_begun = 0;
        std::uint64_t syncs_done = 0;  // the last one that succeeded
    };
    struct Place {
        Segment* segment = nullptr;
        std::uint64_t offset = 0;
        bool settled = false;
    };
    using Places = std::map<Id, Place>;
    using Lock = std::unique_lock<std::mutex>;

    void work();
    void prepare(Segment& segment);
    [[nodiscard]] Result<> make(Segment& segment);
    [[nodiscard]] Segment* segment_for(std::uint64_t bytes);
    void drop_covered(Segment& segment, std::uint64_t from, std::uint64_t to);
    void settle(Places::iterator place);
    [[nodiscard]] bool sync(Lock& lock, Segment& segment);
    [[nodiscard]] Result<> overwrite(Lock& lock, Segment& segment, std::uint64_t offset);
    [[nodiscard]] Segment* next_to_empty();
    void empty_some(Lock& lock);
    void empty(Lock& lock, Segment& segment);
    void clear(Segment& segment);

    Disk& disk_;
    const Disk::Path staging_;
    const Shape shape_;
    mutable std::mutex mutex_;         // guards what follows; not held while the disk is asked
    std::condition_variable changed_;  // a sync ended, or the last writer left a segment
    std::condition_variable full_;     // a segment can be emptied, or it is stopping
    std::array<Segment, segment_count> segments_;
    Places places_;
    bool stopping_ = false;
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace consign::vault
