#include "fault/recording_disk.hpp"

#include <algorithm>
#include <random>

namespace consign::testing {

namespace {

constexpr std::uint64_t sector_bytes = 512;

using Kind = RecordingDisk::Kind;

void write_into(Bytes& content, std::uint64_t offset, ByteView bytes) {
    if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size());
    std::ranges::copy(bytes, content.begin() + static_cast<std::ptrdiff_t>(offset));
}

bool is_data(Kind kind) {
    return kind == Kind::write || kind == Kind::truncate;
}

/// The directory that must be synced to make a change of names durable.
Disk::Path directory_of(const RecordingDisk::Operation& operation) {
    return (operation.to.empty() ? operation.path : operation.to).parent_path();
}

bool makes_durable(const RecordingDisk::Operation& sync,
                   const RecordingDisk::Operation& operation) {
    if (sync.kind == Kind::sync_file_system) return true;
    if (is_data(operation.kind)) return sync.kind == Kind::sync && sync.inode == operation.inode;
    return sync.kind == Kind::sync_directory && sync.path == directory_of(operation);
}

/// The sectors of a write that chance lets through, each a write of its own.
std::vector<RecordingDisk::Operation> torn(const RecordingDisk::Operation& write,
                                           std::mt19937_64& chance) {
    std::vector<RecordingDisk::Operation> sectors;
    for (std::size_t at = 0; at < write.bytes.size();) {
        const std::uint64_t offset = write.offset + at;
        const auto length = static_cast<std::size_t>(
            std::min<std::uint64_t>(sector_bytes - offset % sector_bytes, write.bytes.size() - at));
        const auto begin = write.bytes.begin() + static_cast<std::ptrdiff_t>(at);
        if (chance() % 4 != 0)
            sectors.push_back({.kind = Kind::write,
                               .inode = write.inode,
                               .offset = offset,
                               .bytes = Bytes(begin, begin + static_cast<std::ptrdiff_t>(length))});
        at += length;
    }
    return sectors;
}

}  // namespace

class RecordingDisk::File final : public DiskFile {
  public:
    File(RecordingDisk& disk, Path path, Inode inode)
        : disk_(disk), path_(std::move(path)), inode_(inode) {}

    Result<std::size_t> read_at(std::uint64_t offset, ByteSpan out) override {
        const std::lock_guard lock(disk_.mutex_);
        if (auto done = disk_.counted(); !done) return failure(done.error());
        const Bytes& content = disk_.now_.contents.at(inode_);
        if (offset >= content.size()) return std::size_t{0};
        const auto part = ByteView(content).subspan(offset);
        const auto given = part.first(std::min(part.size(), out.size()));
        std::ranges::copy(given, out.begin());
        return given.size();
    }
    Result<> write_at(std::uint64_t offset, ByteView bytes) override {
        const std::lock_guard lock(disk_.mutex_);
        auto done = disk_.counted();
        if (!done) bytes = bytes.first(bytes.size() / 2);
        disk_.record({.kind = Kind::write,
                      .path = path_,
                      .inode = inode_,
                      .offset = offset,
                      .bytes = Bytes(bytes.begin(), bytes.end())});
        return done;
    }
    Result<> truncate(std::uint64_t size_bytes) override {
        const std::lock_guard lock(disk_.mutex_);
        if (auto done = disk_.counted(); !done) return done;
        disk_.record({.kind = Kind::truncate, .path = path_, .inode = inode_, .size = size_bytes});
        return {};
    }
    Result<std::uint64_t> size_bytes() override {
        const std::lock_guard lock(disk_.mutex_);
        if (auto done = disk_.counted(); !done) return failure(done.error());
        return disk_.now_.contents.at(inode_).size();
    }
    Result<> sync() override {
        const std::lock_guard lock(disk_.mutex_);
        if (auto done = disk_.counted(); !done) return done;
        disk_.record({.kind = Kind::sync, .path = path_, .inode = inode_});
        return {};
    }
    Result<> sync_file_system() override {
        const std::lock_guard lock(disk_.mutex_);
        if (auto done = disk_.counted(); !done) return done;
        disk_.record({.kind = Kind::sync_file_system, .path = path_, .inode = inode_});
        return {};
    }

  private:
    RecordingDisk& disk_;
    const Path path_;
    const Inode inode_;
};

void RecordingDisk::State::apply(const Operation& operation) {
    switch (operation.kind) {
        case Kind::create:
            contents.try_emplace(operation.inode);
            names[operation.path] = operation.inode;
            break;
        case Kind::write:
            write_into(contents[operation.inode], operation.offset, operation.bytes);
            break;
        case Kind::truncate:
            contents[operation.inode].resize(operation.size);
            break;
        case Kind::link:
            contents.try_emplace(operation.inode);
            names[operation.to] = operation.inode;
            break;
        case Kind::rename:
            contents.try_emplace(operation.inode);
            names.erase(operation.path);
            names[operation.to] = operation.inode;
            break;
        case Kind::remove:
            names.erase(operation.path);
            break;
        case Kind::make_directory:
            directories.insert(operation.path);
            break;
        case Kind::sync:
        case Kind::sync_file_system:
        case Kind::sync_directory:
            break;
    }
}

std::vector<RecordingDisk::Operation> RecordingDisk::log() const {
    const std::lock_guard lock(mutex_);
    return log_;
}

std::unique_ptr<RecordingDisk> RecordingDisk::after_power_cut(std::size_t operations,
                                                              Unsynced unsynced,
                                                              std::uint64_t seed) const {
    const std::lock_guard lock(mutex_);
    std::mt19937_64 chance(seed);
    State state = before_;
    const auto end = log_.begin() + static_cast<std::ptrdiff_t>(operations);
    for (auto operation = log_.begin(); operation != end; ++operation) {
        const bool durable = std::any_of(operation, end, [&](const Operation& later) {
            return makes_durable(later, *operation);
        });
        if (durable || unsynced == Unsynced::kept) {
            state.apply(*operation);
        } else if (unsynced == Unsynced::by_chance) {
            const bool tears = operation->kind == Kind::write && chance() % 2 == 0;
            if (tears)
                for (const Operation& sector : torn(*operation, chance)) state.apply(sector);
            else if (chance() % 2 == 0)
                state.apply(*operation);
        }
    }
    std::erase_if(state.names, [&](const auto& name) {
        return !state.directories.contains(name.first.parent_path());
    });
    std::unique_ptr<RecordingDisk> disk(new RecordingDisk(std::move(state)));
    disk->next_inode_ = next_inode_;
    return disk;
}

std::size_t RecordingDisk::calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
}

void RecordingDisk::fail_call(std::size_t nth, std::errc error, bool for_good) {
    const std::lock_guard lock(mutex_);
    failure_ = Failure{.call = calls_ + nth, .error = error, .for_good = for_good};
}

void RecordingDisk::heal() {
    const std::lock_guard lock(mutex_);
    failure_.reset();
}

std::map<Disk::Path, Bytes> RecordingDisk::files() const {
    const std::lock_guard lock(mutex_);
    std::map<Path, Bytes> files;
    for (const auto& [path, inode] : now_.names) files[path] = now_.contents.at(inode);
    return files;
}

void RecordingDisk::put(const Path& path, Bytes bytes) {
    const std::lock_guard lock(mutex_);
    now_.contents.at(now_.names.at(path)) = std::move(bytes);
}

Result<std::unique_ptr<DiskFile>> RecordingDisk::create(const Path& path) {
    const std::lock_guard lock(mutex_);
    if (auto done = counted(); !done) return failure(done.error());
    if (!has_parent(path)) return failure(std::errc::no_such_file_or_directory);
    if (now_.names.contains(path)) return failure(std::errc::file_exists);
    const Inode inode = next_inode_++;
    record({.kind = Kind::create, .path = path, .inode = inode});
    return std::make_unique<File>(*this, path, inode);
}

Result<std::unique_ptr<DiskFile>> RecordingDisk::open(const Path& path, Access) {
    const std::lock_guard lock(mutex_);
    if (auto done = counted(); !done) return failure(done.error());
    const auto inode = find(path);
    if (!inode) return failure(inode.error());
    return std::make_unique<File>(*this, path, *inode);
}

Result<> RecordingDisk::link(const Path& from, const Path& to) {
    const std::lock_guard lock(mutex_);
    if (auto done = counted(); !done) return done;
    const auto inode = find(from);
    if (!inode) return failure(inode.error());
    if (!has_parent(to)) return failure(std::errc::no_such_file_or_directory);
    if (now_.names.contains(to)) return failure(std::errc::file_exists);
    record({.kind = Kind::link, .path = from, .to = to, .inode = *inode});
    return {};
}

Result<> RecordingDisk::rename(const Path& from, const Path& to) {
    const std::lock_guard lock(mutex_);
    if (auto done = counted(); !done) return done;
    const auto inode = find(from);
    if (!inode) return failure(inode.error());
    if (!has_parent(to)) return failure(std::errc::no_such_file_or_directory);
    record({.kind = Kind::rename, .path = from, .to = to, .inode = *inode});
    return {};
}

Result<> RecordingDisk::remove(const Path& path) {
    const std::lock_guard lock(mutex_);
    if (auto done = counted(); !done) return done;
    const auto inode = find(path);
    if (!inode) return failure(inode.error());
    record({.kind = Kind::remove, .path = path, .inode = *inode});
    return {};
}

Result<> RecordingDisk::make_directory(const Path& path) {
    const std::lock_guard lock(mutex_);
    if (auto done = counted(); !done) return done;
    if (!now_.directories.contains(path)) record({.kind = Kind::make_directory, .path = path});
    return {};
}

Result<> RecordingDisk::sync_directory(const Path& path) {
    const std::lock_guard lock(mutex_);
    if (auto done = counted(); !done) return done;
    if (!now_.directories.contains(path)) return failure(std::errc::no_such_file_or_directory);
    record({.kind = Kind::sync_directory, .path = path});
    return {};
}

Result<Disk::Room> RecordingDisk::room(const Path& /*path*/) {
    const std::lock_guard lock(mutex_);
    return room_;
}

void RecordingDisk::set_room(Room room) {
    const std::lock_guard lock(mutex_);
    room_ = room;
}

Result<std::vector<std::string>> RecordingDisk::list(const Path& path) {
    const std::lock_guard lock(mutex_);
    if (auto done = counted(); !done) return failure(done.error());
    if (!now_.directories.contains(path)) return failure(std::errc::no_such_file_or_directory);
    std::vector<std::string> names;
    for (const auto& [name, inode] : now_.names)
        if (name.parent_path() == path) names.push_back(name.filename().string());
    for (const Path& directory : now_.directories)
        if (directory.parent_path() == path && directory != path)
            names.push_back(directory.filename().string());
    return names;
}

Result<> RecordingDisk::counted() {
    ++calls_;
    if (failure_ && (calls_ == failure_->call || (failure_->for_good && calls_ > failure_->call)))
        return consign::failure(failure_->error);
    return {};
}

Result<RecordingDisk::Inode> RecordingDisk::find(const Path& path) const {
    const auto found = now_.names.find(path);
    if (found == now_.names.end()) return failure(std::errc::no_such_file_or_directory);
    return found->second;
}

bool RecordingDisk::has_parent(const Path& path) const {
    return now_.directories.contains(path.parent_path());
}

void RecordingDisk::record(Operation operation) {
    now_.apply(operation);
    log_.push_back(std::move(operation));
}

}  // namespace consign::testing
