#include "storage/vault/open_upload.hpp"

#include <tuple>

#include "base/virtual_path.hpp"
#include "storage/vault/errc.hpp"
#include "storage/vault/room.hpp"

namespace consign::vault {

namespace {

/// So much is written before the disk is asked to begin with it.
constexpr std::uint64_t early_bytes = std::uint64_t{16} << 20;

}  // namespace

OpenUpload::OpenUpload(Disk& disk, Disk::Path path, std::unique_ptr<DiskFile> file,
                       const SecretKey& dek, const Id& stream, RandomSource& random)
    : disk_(disk),
      path_(std::move(path)),
      tails_(path_),
      file_(std::move(file)),
      stream_(stream),
      random_(random),
      records_(dek, stream, random),
      header_(dek, stream, random) {
    open_.reserve(open_chunk_limit);
}

Result<std::unique_ptr<OpenUpload>> OpenUpload::begin(Disk& disk, Disk::Path path,
                                                      const keyring::Keyring& keys,
                                                      RandomSource& random, StreamHold hold,
                                                      Deposit deposit) {
    if (deposit.path.size() > VirtualPath::path_limit_bytes ||
        deposit.account.size() > account_limit_bytes)
        return failure(std::errc::filename_too_long);
    const SecretKey dek = random.key();
    std::unique_ptr<OpenUpload> upload(
        new OpenUpload(disk, std::move(path), nullptr, dek, hold.stream(), random));
    upload->hold_ = std::move(hold);
    upload->deposit_ = std::move(deposit);
    upload->header_to_write_ = upload->header_.begin(keys.wrap(dek), upload->deposit_);
    return upload;
}

OpenUpload::~OpenUpload() {
    if (closing_ || broken_ || !unflushed_ || (!file_ && size_ == 0)) return;
    // What is lost here is lost as in a crash: nobody was told that it is safe.
    try {
        if (!close_inner_chunks() || !on_disk()) return;
        Bytes zeros;
        std::ignore = write_fresh_tail(disk_, tails_, records_, highest(), highest_content(zeros));
    } catch (const std::exception&) {
        return;
    }
}

Result<> OpenUpload::write(std::span<const Piece> pieces) {
    if (auto fit = usable(); !fit) return fit;
    return in_run([&]() -> Result<> {
        for (const Piece& piece : pieces)
            if (auto done = write_checked(piece); !done) return done;
        return {};
    });
}

/// The records that `work` seals are gathered, and written by several at once.
template <class Work>
Result<> OpenUpload::in_run(Work work) {
    // What was thrown on the way leaves records that are nowhere, and chunks in no known state.
    bool is_over = false;
    const auto leave = [this, &is_over](RecordRun* run) {
        if (!is_over) broken_ = std::make_error_code(std::errc::io_error);
        run->close();
    };
    const std::unique_ptr<RecordRun, decltype(leave)> open(&run_, leave);
    run_.open();
    const Result<> done = work();
    const auto written = write_run();
    is_over = true;
    return done ? written : done;
}

bool OpenUpload::takes_in_memory(std::uint64_t end) const {
    return size_ <= chunk_bytes && end <= chunk_bytes && !in_body(0);
}

Result<> OpenUpload::write_checked(const Piece& piece) {
    const auto& [offset, bytes] = piece;
    if (bytes.empty()) return {};
    if (offset > content_limit_bytes || bytes.size() > content_limit_bytes - offset)
        return failure(vault_errc::too_large);
    if (offset > size_ && offset - size_ + hole_bytes() > hole_limit_bytes)
        return failure(vault_errc::hole_too_large);
    return keep(write_pieces(offset, bytes));
}

Result<> OpenUpload::resize(std::uint64_t size_bytes) {
    if (auto fit = usable(); !fit) return fit;
    if (size_bytes > content_limit_bytes) return failure(vault_errc::too_large);
    if (size_bytes > size_ && size_bytes - size_ + hole_bytes() > hole_limit_bytes)
        return failure(vault_errc::hole_too_large);
    return keep(size_bytes < size_ ? shrink(size_bytes) : grow(size_bytes));
}

Result<std::size_t> OpenUpload::read(std::uint64_t offset, ByteSpan out) {
    if (auto fit = usable(); !fit) return failure(fit.error());
    if (offset >= size_) return std::size_t{0};
    out = out.first(std::min<std::uint64_t>(out.size(), size_ - offset));
    for (std::size_t done = 0; done < out.size();) {
        const std::uint64_t index = (offset + done) / chunk_bytes;
        const auto from = static_cast<std::size_t>((offset + done) % chunk_bytes);
        const auto piece = out.subspan(done, std::min(out.size() - done, chunk_bytes - from));
        if (in_memory(index) || in_body(index)) {
            const auto chunk = open_chunk(index);
            if (!chunk) return failure(chunk.error());
            std::ranges::copy((*chunk)->content(from + piece.size()).subspan(from), piece.begin());
        } else {
            std::ranges::fill(piece, std::uint8_t{0});
        }
        done += piece.size();
    }
    return out.size();
}

Result<> OpenUpload::flush() {
    if (auto fit = usable(); !fit || !unflushed_) return fit;
    return keep(flush_all());
}

Result<> OpenUpload::seal() {
    if (auto fit = usable(); !fit) return fit;
    auto closing = file_ || highest() > 0 ? seal_end() : seal_whole();
    if (!closing) return keep(failure(closing.error()));
    closing_ = *closing;
    open_.clear();
    spare_.reset();
    return {};
}

Result<> OpenUpload::write_image() {
    return image_.empty() ? Result<>() : keep(make_file(std::exchange(image_, {})));
}

Result<> OpenUpload::sync() {
    if (broken_) return failure(*broken_);
    return keep(file_->sync());
}

Result<Sealed> OpenUpload::sealed() const {
    if (!closing_) return failure(std::errc::operation_not_permitted);
    return Sealed{
        .stream = stream_, .size_bytes = size_, .sha256 = closing_->sha256, .deposit = deposit_};
}

Result<> OpenUpload::usable() const {
    if (closing_) return failure(vault_errc::finished);
    if (broken_) return failure(*broken_);
    return {};
}

/// A write that failed may have left anything, in memory and on the disk; a sync that failed once
/// may succeed the next time with the bytes lost. Nothing is built on top of either.
Result<> OpenUpload::keep(Result<> done) {
    if (!done) broken_ = done.error();
    return done;
}

Result<> OpenUpload::write_pieces(std::uint64_t offset, ByteView bytes) {
    if (offset + bytes.size() > size_)
        if (auto done = grow(offset + bytes.size()); !done) return done;
    unflushed_ = true;
    while (!bytes.empty()) {
        const auto from = static_cast<std::size_t>(offset % chunk_bytes);
        const auto piece = bytes.first(std::min(bytes.size(), chunk_bytes - from));
        if (auto done = write_piece(offset / chunk_bytes, from, piece); !done) return done;
        bytes = bytes.subspan(piece.size());
        offset += piece.size();
    }
    return {};
}

Result<> OpenUpload::write_piece(std::uint64_t index, std::size_t offset, ByteView bytes) {
    if (bytes.size() == chunk_bytes && index != highest()) {
        drop_chunk(index);
        RecordBuffer buffer = take_buffer();
        auto done = put_record(index, Place::inner, bytes, {buffer.get(), record_bytes});
        spare_ = std::move(buffer);
        return done;
    }
    const auto chunk = open_chunk(index);
    if (!chunk) return failure(chunk.error());
    (*chunk)->write(offset, bytes);
    return (*chunk)->complete() && index != highest() ? close_chunk(**chunk) : Result<>();
}

Result<> OpenUpload::grow(std::uint64_t size_bytes) {
    const std::uint64_t before = highest();
    unflushed_ = unflushed_ || size_bytes != size_;
    size_ = size_bytes;
    OpenChunk* const superseded = highest() != before ? in_memory(before) : nullptr;
    return superseded && superseded->complete() ? close_chunk(*superseded) : Result<>();
}

Result<> OpenUpload::shrink(std::uint64_t size_bytes) {
    const std::uint64_t end = last_chunk(size_bytes);
    const bool cut_body = in_body_.size() > end;
    if (in_body(end) && size_bytes > 0)
        if (const auto chunk = open_chunk(end); !chunk) return failure(chunk.error());
    std::erase_if(open_, [&](const OpenChunk& chunk) { return chunk.index() > end; });
    size_ = size_bytes;
    unflushed_ = true;
    if (OpenChunk* const chunk = in_memory(end)) chunk->cut(last_chunk_length(size_bytes));
    if (hashed_ > end) forget_hashes();
    return cut_body ? flush_and_cut_body() : Result<>();
}

/// The body is durable before a newer tail takes the place of the one that may hold the same bytes.
Result<> OpenUpload::flush_all() {
    if (auto done = on_disk(); !done) return done;
    if (auto done = complete_body(); !done) return done;
    if (auto done = file_->sync(); !done) return done;
    Bytes zeros;
    if (auto done = settle_tail(disk_, tails_, records_, highest(), highest_content(zeros)); !done)
        return done;
    spare_.reset();
    unflushed_ = false;
    return {};
}

/// What is small ends mostly before anything of it has to be there.
Result<> OpenUpload::on_disk() {
    return file_ ? Result<>() : make_file(std::exchange(header_to_write_, {}));
}

Result<> OpenUpload::make_file(ByteView bytes) {
    if (auto room = leaves_reserve(disk_, path_.parent_path(), bytes.size()); !room) return room;
    auto file = disk_.create(path_);
    if (!file) return failure(file.error());
    auto done = (*file)->write_at(0, bytes);
    if (done)
        file_ = *std::move(file);
    else
        std::ignore = disk_.remove(path_);
    return done;
}

/// The body first, the header's closing sector last; one sync makes both durable. Should the power
/// fail before that is done, the file is an unfinished upload, for its name has not left staging.
Result<Closing> OpenUpload::seal_end() {
    if (auto done = on_disk(); !done) return failure(done.error());
    if (auto done = complete_body(); !done) return failure(done.error());
    if (auto done = hash_the_rest(); !done) return failure(done.error());
    if (auto done = verify_length(); !done) return failure(done.error());
    Bytes zeros;
    const ByteView content = highest_content(zeros);
    RecordBuffer buffer = take_buffer();
    const ByteSpan record(buffer.get(), content.size() + record_overhead_bytes);
    if (auto done = put_record(highest(), Place::last, content, record); !done)
        return failure(done.error());
    const Closing closing = close();
    if (auto done = file_->write_at(closing_part_offset, header_.close(closing)); !done)
        return failure(done.error());
    return closing;
}

/// One chunk, and no file yet: header and record at once.
Result<Closing> OpenUpload::seal_whole() {
    Bytes zeros;
    const ByteView content = highest_content(zeros);
    Bytes image = std::exchange(header_to_write_, {});
    image.resize(sealed_bytes(size_));
    content_digest_.update(content);
    tag_digest_.update(
        records_.seal(0, Place::last, content, ByteSpan(image).subspan(header_bytes)));
    const Closing closing = close();
    std::ranges::copy(header_.close(closing), image.begin() + closing_part_offset);
    image_ = std::move(image);
    return closing;
}

Closing OpenUpload::close() {
    Closing closing{.size_bytes = size_, .chunk_count = highest() + 1};
    std::ranges::copy(content_digest_.finish(), closing.sha256.begin());
    std::ranges::copy(tag_digest_.finish(), closing.tag_digest.begin());
    return closing;
}

/// Chunks that came in order are not read again at the end. A file that somebody cut or lengthened
/// meanwhile is told by its length, which costs nothing.
Result<> OpenUpload::verify_length() {
    const auto length = file_->size_bytes();
    if (!length) return failure(length.error());
    if (*length != record_offset(highest())) return failure(vault_errc::altered);
    return {};
}

OpenChunk* OpenUpload::in_memory(std::uint64_t index) {
    const auto found = std::ranges::find(open_, index, &OpenChunk::index);
    return found == open_.end() ? nullptr : &*found;
}

/// The chunk in memory, read from the body where it is there. Valid until the next call.
Result<OpenChunk*> OpenUpload::open_chunk(std::uint64_t index) {
    OpenChunk* chunk = in_memory(index);
    if (!chunk) {
        if (open_.size() == open_chunk_limit)
            if (auto done = evict_one(); !done) return failure(done.error());
        OpenChunk fresh(index, take_buffer());
        if (in_body(index)) {
            if (auto done = read_record(index, fresh.record()); !done) return failure(done.error());
            fresh.loaded(chunk_bytes);
        }
        chunk = &open_.emplace_back(std::move(fresh));
    }
    chunk->last_use = ++uses_;
    return chunk;
}

Result<> OpenUpload::evict_one() {
    OpenChunk* oldest = nullptr;
    for (OpenChunk& chunk : open_)
        if (chunk.index() != highest() && (!oldest || chunk.last_use < oldest->last_use))
            oldest = &chunk;
    return close_chunk(*oldest);
}

/// Seals a chunk into the body where it changed; it leaves the memory.
Result<> OpenUpload::close_chunk(OpenChunk& chunk) {
    const std::uint64_t index = chunk.index();
    Result<> done;
    if (chunk.changed())
        done = put_record(index, Place::inner, chunk.content(chunk_bytes), chunk.record());
    drop_chunk(index);
    return done;
}

/// In the order of the content, so that they can be hashed on the way.
Result<> OpenUpload::close_inner_chunks() {
    std::ranges::sort(open_, {}, &OpenChunk::index);
    std::vector<std::uint64_t> inner;
    for (const OpenChunk& chunk : open_)
        if (chunk.index() != highest()) inner.push_back(chunk.index());
    for (const std::uint64_t index : inner)
        if (auto done = close_chunk(*in_memory(index)); !done) return done;
    return {};
}

/// Within a run, which has a record ready for each.
Result<> OpenUpload::fill_holes() {
    Bytes zeros;
    for (std::uint64_t index = 0; index < highest(); ++index) {
        if (in_body(index)) continue;
        zeros.resize(chunk_bytes);
        if (auto done = put_record(index, Place::inner, zeros, {}); !done) return done;
        filled_bytes_ += chunk_bytes;
    }
    return {};
}

/// All before the highest chunk is in the body.
Result<> OpenUpload::complete_body() {
    return in_run([this]() -> Result<> {
        if (auto done = close_inner_chunks(); !done) return done;
        return fill_holes();
    });
}

/// What nobody had written of the inner chunks, also where it has been sealed as zeros since.
std::uint64_t OpenUpload::hole_bytes() const {
    const auto inner =
        static_cast<std::uint64_t>(std::ranges::count_if(open_, [this](const OpenChunk& chunk) {
            return chunk.index() != highest() && !in_body(chunk.index());
        }));
    return filled_bytes_ + (highest() - std::min(highest(), body_chunks_ + inner)) * chunk_bytes;
}

void OpenUpload::drop_chunk(std::uint64_t index) {
    const auto found = std::ranges::find(open_, index, &OpenChunk::index);
    if (found == open_.end()) return;
    spare_ = found->release();
    open_.erase(found);
}

RecordBuffer OpenUpload::take_buffer() {
    return spare_ ? std::move(spare_) : make_record_buffer();
}

/// The highest chunk, as far as the content goes; `zeros` lends memory to one that is a hole.
ByteView OpenUpload::highest_content(Bytes& zeros) {
    const std::size_t length = last_chunk_length(size_);
    if (OpenChunk* const chunk = in_memory(highest())) return chunk->content(length);
    zeros.resize(length);
    return zeros;
}

/// Takes the highest chunk, and whatever follows it, out of the body. The tail is durable before
/// the body is cut, and a record in the body is believed before a tail: at no time is neither
/// there.
Result<> OpenUpload::flush_and_cut_body() {
    if (auto done = flush_all(); !done) return done;
    if (auto done = file_->truncate(record_offset(highest())); !done) return done;
    in_body_.resize(std::min<std::size_t>(in_body_.size(), highest()));
    body_chunks_ = static_cast<std::uint64_t>(std::ranges::count(in_body_, true));
    return file_->sync();
}

Result<> OpenUpload::put_record(std::uint64_t index, Place place, ByteView content,
                                ByteSpan record) {
    if (run_.is_open()) {
        if (!run_.takes(index))
            if (auto done = write_run(); !done) return done;
        record = run_.add(index);
    }
    if (index < hashed_) forget_hashes();
    const bool in_order = index == hashed_;
    if (in_order) content_digest_.update(content);  // first: sealing may be in its place
    const ByteView tag = records_.seal(index, place, content, record);
    if (in_order) {
        tag_digest_.update(tag);
        ++hashed_;
    }
    if (!run_.is_open()) {
        if (auto done = on_disk(); !done) return done;
        if (auto done = keep(file_->write_at(record_offset(index), record)); !done) return done;
    }
    if (in_body_.size() <= index) in_body_.resize(index + 1);
    if (!in_body_[index]) ++body_chunks_;
    in_body_[index] = true;
    return {};
}

/// Writes what write() has gathered. Of a large file much is then on the disk already when its end
/// is synced: a sync of all of it takes as long again as its writes.
Result<> OpenUpload::write_run() {
    if (run_.is_empty()) return {};
    if (auto done = keep(on_disk()); !done) return done;
    const auto room = leaves_reserve(disk_, path_.parent_path(), run_.size_bytes());
    if (!room) return keep(room);
    if (auto done = keep(run_.write_to(*file_)); !done) return done;
    const std::uint64_t end = record_offset(hashed_);
    if (end >= on_its_way_ + early_bytes) {
        file_->begin_to_sync(on_its_way_, end - on_its_way_);
        on_its_way_ = end;
    }
    return {};
}

/// Reads an inner record, and opens it in its place.
Result<> OpenUpload::read_record(std::uint64_t index, ByteSpan record) {
    if (auto done = write_run(); !done) return done;
    const auto count = file_->read_at(record_offset(index), record);
    if (!count) return failure(count.error());
    if (*count != record.size()) return failure(vault_errc::altered);
    return records_.open(index, Place::inner, record, RecordCipher::content_in(record));
}

Result<> OpenUpload::hash_the_rest() {
    if (hashed_ == highest()) return {};
    RecordBuffer buffer = take_buffer();
    const ByteSpan record(buffer.get(), record_bytes);
    while (hashed_ < highest()) {
        if (auto done = read_record(hashed_, record); !done) return done;
        hash_opened(record);
    }
    spare_ = std::move(buffer);
    return {};
}

/// The next chunk, as it stands opened in its record.
void OpenUpload::hash_opened(ByteView record) {
    content_digest_.update(RecordCipher::content_in(record));
    tag_digest_.update(RecordCipher::tag_in(record));
    ++hashed_;
}

void OpenUpload::forget_hashes() {
    content_digest_ = evp::Digest();
    tag_digest_ = evp::Digest();
    hashed_ = 0;
}

}  // namespace consign::vault
