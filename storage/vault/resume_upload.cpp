// How an unfinished upload is found again: the part of OpenUpload that reads what a crash left.
#include "storage/vault/errc.hpp"
#include "storage/vault/open_upload.hpp"

namespace consign::vault {

Result<std::unique_ptr<OpenUpload>> OpenUpload::find(Disk& disk, Disk::Path path,
                                                     Disk::Access access,
                                                     const keyring::Keyring& keys,
                                                     RandomSource& random, const Id& stream,
                                                     const std::stop_token& stop) {
    auto file = disk.open(path, access);
    if (!file) return failure(file.error());
    const auto header = read_header(**file, stream, keys);
    if (!header) return failure(header.error());
    std::unique_ptr<OpenUpload> upload(
        new OpenUpload(disk, std::move(path), std::move(*file), header->dek, stream, random));
    upload->unflushed_ = false;  // there is nothing to save that is not on the disk
    auto deposit = upload->header_.deposit(header->bytes);
    if (!deposit) return failure(deposit.error());
    upload->deposit_ = std::move(*deposit);
    if (auto done = upload->find_body(stop); !done) return failure(done.error());
    return upload;
}

Result<std::unique_ptr<OpenUpload>> OpenUpload::resume(Disk& disk, Disk::Path path,
                                                       const keyring::Keyring& keys,
                                                       RandomSource& random, StreamHold hold,
                                                       const std::stop_token& stop) {
    auto upload =
        find(disk, std::move(path), Disk::Access::read_write, keys, random, hold.stream(), stop);
    if (!upload) return upload;
    (*upload)->hold_ = std::move(hold);
    if (auto done = (*upload)->keep((*upload)->reopen()); !done) return failure(done.error());
    return upload;
}

Result<std::uint64_t> OpenUpload::verified_size(Disk& disk, Disk::Path path,
                                                const keyring::Keyring& keys, RandomSource& random,
                                                const Id& stream, const std::stop_token& stop) {
    const auto found = find(disk, std::move(path), Disk::Access::read, keys, random, stream, stop);
    if (!found) return failure(found.error());
    return (*found)->size_;
}

/// Verifies records from the start. Each is hashed once the next is known to follow: the last one
/// becomes the highest chunk, which is open.
Result<> OpenUpload::find_body(const std::stop_token& stop) {
    const auto file_size = file_->size_bytes();
    if (!file_size) return failure(file_size.error());
    RecordBuffer held;  // the chunk before, opened in its record
    RecordBuffer buffer = make_record_buffer();
    Bytes content(chunk_bytes);
    std::optional<Tail> end;
    for (std::uint64_t index = 0; record_offset(index) + record_overhead_bytes <= *file_size;
         ++index) {
        if (stop.stop_requested()) return failure(std::errc::operation_canceled);
        const ByteSpan record(
            buffer.get(), std::min<std::uint64_t>(record_bytes, *file_size - record_offset(index)));
        const auto count = file_->read_at(record_offset(index), record);
        if (!count) return failure(count.error());
        if (*count != record.size()) break;
        const ByteSpan plain = ByteSpan(content).first(record.size() - record_overhead_bytes);
        const bool inner =
            record.size() == record_bytes && records_.open(index, Place::inner, record, plain);
        if (!inner && !records_.open(index, Place::last, record, plain)) break;
        if (held) hash_opened({held.get(), record_bytes});
        if (!inner) {
            end = Tail{.index = index, .content = Bytes(plain.begin(), plain.end())};
            held.reset();
            break;
        }
        std::ranges::copy(plain, RecordCipher::content_in(record).begin());
        in_body_.push_back(true);
        ++body_chunks_;
        if (!held) held = make_record_buffer();
        std::swap(held, buffer);
    }
    return find_end(std::move(end), std::move(held));
}

/// The end is the record of a commit that came to nothing, else the tail that fits, else the last
/// whole chunk.
Result<> OpenUpload::find_end(std::optional<Tail> end, RecordBuffer held) {
    if (!end) {
        auto tail = find_tail(disk_, tails_, records_, in_body_.size());
        if (!tail) return failure(tail.error());
        end = std::move(*tail);
        // An empty tail is the end of the last whole chunk, or of an empty file.
        if (end && end->content.empty()) end.reset();
        if (end && held) hash_opened({held.get(), record_bytes});
    }
    if (end) {
        size_ = end->index * chunk_bytes + end->content.size();
        OpenChunk chunk(end->index, make_record_buffer());
        if (!end->content.empty()) chunk.write(0, end->content);
        open_.push_back(std::move(chunk));
    } else if (held) {
        size_ = in_body_.size() * chunk_bytes;
        OpenChunk chunk(in_body_.size() - 1, make_record_buffer());
        chunk.write(0, RecordCipher::content_in(ByteView(held.get(), record_bytes)));
        open_.push_back(std::move(chunk));
    }
    return {};
}

/// The end goes to the tail, as in every open upload, and whatever was not verified is cut off.
Result<> OpenUpload::reopen() {
    if (auto done = file_->write_at(closing_part_offset, Bytes(closing_part_bytes)); !done)
        return done;
    return flush_and_cut_body();
}

}  // namespace consign::vault
