#include "storage/vault/journal.hpp"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "storage/vault/header.hpp"
#include "storage/vault/remove_name.hpp"

namespace consign::vault {

namespace {

constexpr std::uint64_t step_bytes = std::uint64_t{256} << 10;

Disk::Path segment_path(const Disk::Path& staging, std::size_t number) {
    return staging / ("journal." + std::to_string(number));
}

std::uint64_t aligned(std::uint64_t bytes) {
    constexpr auto unit = Journal::alignment_bytes;
    return (bytes + unit - 1) / unit * unit;
}

/// When it returns, zeros are all that a power cut can leave there.
Result<> zero(DiskFile& file, std::uint64_t bytes) {
    const Bytes zeros(std::min(bytes, step_bytes));
    for (std::uint64_t at = 0; at < bytes; at += zeros.size()) {
        const auto step = std::min<std::uint64_t>(zeros.size(), bytes - at);
        if (auto done = file.write_at(at, ByteView(zeros).first(step)); !done) return done;
    }
    return file.sync();
}

Result<> replay_segment(DiskFile& segment, const Journal::PutBack& put_back) {
    const auto size = segment.size_bytes();
    if (!size) return failure(size.error());
    bool is_empty = true;
    Bytes beginning(Journal::alignment_bytes);
    for (std::uint64_t at = 0; at < *size;) {
        if (const auto count = segment.read_at(at, beginning); !count)
            return failure(count.error());
        std::uint64_t length = 0;
        if (std::ranges::any_of(beginning, [](std::uint8_t byte) { return byte != 0; })) {
            is_empty = false;
            const auto put = put_back(segment, at);
            if (!put) return failure(put.error());
            length = *put;
        }
        at += std::max(aligned(length), Journal::alignment_bytes);
    }
    if (is_empty) return {};
    if (auto done = segment.sync_file_system(); !done) return done;
    return zero(segment, *size);
}

}  // namespace

Journal::Journal(Disk& disk, Disk::Path staging, Shape shape)
    : disk_(disk), staging_(std::move(staging)), shape_(shape) {
    for (std::size_t number = 0; number < segment_count; ++number)
        segments_.at(number).path = segment_path(staging_, number);
    if (shape_.in_background)
        thread_ = std::thread([this] { work(); });
    else
        for (Segment& segment : segments_) prepare(segment);
}

Journal::~Journal() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    full_.notify_one();
    if (thread_.joinable()) thread_.join();
    for (Segment& segment : segments_) clear(segment);
}

bool Journal::add(const Id& stream, ByteView image) {
    if (image.empty() || image.size() > image_limit_bytes) return false;
    // To its last block: nothing of what stood there before is left behind it.
    Bytes bytes(aligned(image.size()));
    std::ranges::copy(image, bytes.begin());
    Lock lock(mutex_);
    Segment* segment = segment_for(bytes.size());
    if (!segment) {
        empty_some(lock);
        segment = segment_for(bytes.size());
    }
    if (!segment) return false;
    const std::uint64_t offset = std::exchange(segment->end, segment->end + bytes.size());
    places_.insert_or_assign(stream, Place{.segment = segment, .offset = offset});
    ++segment->unsettled;
    ++segment->writers;
    lock.unlock();
    const auto written = segment->file->write_at(offset, bytes);
    lock.lock();
    const bool durable = written.has_value() && sync(lock, *segment);
    if (durable) {
        drop_covered(*segment, offset, offset + bytes.size());
        segment->streams.emplace(offset, stream);
    } else {
        // Whether it holds this, nobody knows. What it held before stays for the next start.
        segment->state = State::unusable;
        settle(places_.find(stream));
    }
    if (--segment->writers == 0) changed_.notify_all();
    empty_some(lock);
    return durable;
}

/// What stood there was settled before the segment was last emptied; now nothing leads to it.
void Journal::drop_covered(Segment& segment, std::uint64_t from, std::uint64_t to) {
    const auto first = segment.streams.lower_bound(from);
    const auto last = segment.streams.lower_bound(to);
    for (auto old = first; old != last; ++old) places_.erase(old->second);
    segment.streams.erase(first, last);
}

bool Journal::settle(const Id& stream) {
    Lock lock(mutex_);
    const auto place = places_.find(stream);
    if (place == places_.end() || place->second.settled) return false;
    settle(place);
    empty_some(lock);
    return true;
}

void Journal::settle(Places::iterator place) {
    if (std::exchange(place->second.settled, true)) return;
    --place->second.segment->unsettled;
}

bool Journal::holds(const Id& stream) const {
    const std::lock_guard lock(mutex_);
    const auto place = places_.find(stream);
    return place != places_.end() && !place->second.settled;
}

Result<> Journal::forget(const Id& stream) {
    Lock lock(mutex_);
    auto found = places_.find(stream);
    if (found == places_.end()) return {};
    Segment& segment = *found->second.segment;
    ++segment.forgetters;
    // Something may just be written over it, which nobody relies on before it is durable.
    changed_.wait(lock, [&] { return segment.writers == 0; });
    found = places_.find(stream);
    Result<> gone;
    if (found != places_.end()) {
        const std::uint64_t offset = found->second.offset;
        gone = overwrite(lock, segment, offset);
        found = places_.find(stream);
        if (gone && found != places_.end()) {
            settle(found);
            places_.erase(found);
            if (const auto there = segment.streams.find(offset);
                there != segment.streams.end() && there->second == stream)
                segment.streams.erase(there);
        }
    }
    --segment.forgetters;
    empty_some(lock);
    return gone;
}

/// A segment that failed once gets another try for this: the file is to be destroyed, whatever else
/// became of it.
Result<> Journal::overwrite(Lock& lock, Segment& segment, std::uint64_t offset) {
    const bool was_usable = segment.state != State::unusable;
    lock.unlock();
    auto done = zero_slots(*segment.file, offset);
    if (done && !was_usable) done = segment.file->sync();
    lock.lock();
    if (done && was_usable && !sync(lock, segment)) done = failure(std::errc::io_error);
    if (!done) segment.state = State::unusable;
    return done;
}

/// The one in use goes on to be used until it is full.
Journal::Segment* Journal::segment_for(std::uint64_t bytes) {
    Segment* fresh = nullptr;
    for (Segment& segment : segments_) {
        if (segment.state != State::ready || segment.forgetters > 0) continue;
        if (segment.end == 0) {
            if (!fresh && bytes <= shape_.segment_bytes) fresh = &segment;
            continue;
        }
        if (segment.end + bytes <= shape_.segment_bytes) return &segment;
        segment.state = State::full;
    }
    return fresh;
}

/// A sync that begins now covers all that was written before; whoever finds one running waits for
/// the next, and one of those who wait does it for all. An error is told once for each descriptor:
/// it is everybody's whose bytes that sync was to cover.
bool Journal::sync(Lock& lock, Segment& segment) {
    const std::uint64_t wanted = segment.syncs_begun + 1;
    while (segment.syncs_done < wanted) {
        if (segment.state == State::unusable) return false;
        if (segment.syncing) {
            changed_.wait(lock);
            continue;
        }
        segment.syncing = true;
        const std::uint64_t number = ++segment.syncs_begun;
        lock.unlock();
        const auto synced = segment.file->sync();
        lock.lock();
        segment.syncing = false;
        if (!synced) segment.state = State::unusable;
        if (segment.state != State::unusable) segment.syncs_done = number;
        changed_.notify_all();
    }
    return true;
}

Journal::Segment* Journal::next_to_empty() {
    const auto found = std::ranges::find_if(segments_, [](const Segment& segment) {
        return segment.state == State::full && segment.writers == 0 && segment.unsettled == 0;
    });
    return found == segments_.end() ? nullptr : &*found;
}

void Journal::empty_some(Lock& lock) {
    Segment* const segment = next_to_empty();
    if (!segment) return;
    if (shape_.in_background)
        full_.notify_one();
    else
        empty(lock, *segment);
}

void Journal::work() {
    for (Segment& segment : segments_) prepare(segment);
    Lock lock(mutex_);
    for (;;) {
        Segment* full = nullptr;
        full_.wait(lock, [&] { return (full = next_to_empty()) != nullptr || stopping_; });
        if (!full) return;
        empty(lock, *full);
    }
}

/// Its bytes stay until others take their place: who destroys one of the files meanwhile finds them
/// by `streams`.
void Journal::empty(Lock& lock, Segment& segment) {
    segment.state = State::syncing;
    lock.unlock();
    const auto synced = segment.file->sync_file_system();
    lock.lock();
    if (segment.state != State::syncing) return;  // it failed somebody meanwhile
    segment.state = synced ? State::ready : State::unusable;
    if (synced) segment.end = 0;
}

/// Nobody else is here any more. What has no transaction yet is the next start's.
void Journal::clear(Segment& segment) {
    if (segment.state == State::unusable || segment.unsettled > 0 || segment.streams.empty())
        return;
    if (segment.file->sync_file_system()) std::ignore = zero(*segment.file, shape_.segment_bytes);
}

/// A disk that has no room for it keeps what room it has.
void Journal::prepare(Segment& segment) {
    const auto made = make(segment);
    if (!made) {
        segment.file.reset();
        std::ignore = remove_name(disk_, segment.path);
    }
    const std::lock_guard lock(mutex_);
    segment.state = made ? State::ready : State::unusable;
}

/// Zeros that are on the disk already, so that a sync has no more to do than to write what is new.
Result<> Journal::make(Segment& segment) {
    auto file = disk_.open(segment.path, Disk::Access::read_write);
    if (!file && file.error() == std::errc::no_such_file_or_directory)
        file = disk_.create(segment.path);
    if (!file) return failure(file.error());
    segment.file = *std::move(file);
    const auto size = segment.file->size_bytes();
    if (!size) return failure(size.error());
    if (*size > shape_.segment_bytes)
        if (auto done = segment.file->truncate(shape_.segment_bytes); !done) return done;
    // Else it is as replay() or the last Journal left it; but who made it may have been killed.
    auto done = *size < shape_.segment_bytes ? zero(*segment.file, shape_.segment_bytes)
                                             : segment.file->sync();
    if (!done) return done;
    return disk_.sync_directory(staging_);
}

Result<> Journal::replay(Disk& disk, const Disk::Path& staging, const PutBack& put_back) {
    for (std::size_t number = 0; number < segment_count; ++number) {
        const auto segment = disk.open(segment_path(staging, number), Disk::Access::read_write);
        if (!segment && segment.error() == std::errc::no_such_file_or_directory) continue;
        if (!segment) return failure(segment.error());
        if (auto done = replay_segment(**segment, put_back); !done) return done;
    }
    return {};
}

}  // namespace consign::vault
