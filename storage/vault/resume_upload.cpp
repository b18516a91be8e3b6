// How an unfinished upload is found again: the part of OpenUpload that reads what a crash left.
#include "storage/vault/errc.hpp"
#include "storage/vault/open_upload.hpp"

namespace consign::vault {

Result<std::unique_ptr<OpenUpload>> OpenUpload::resume(Disk& disk, Disk::Path path,
                                                       const keyring::Keyring& keys,
                                                       RandomSource& random, const Id& stream) {
    auto file = disk.open(path, Disk::Access::read_write);
    if (!file) return failure(file.error());
    Bytes header(header_bytes);
    const auto count = (*file)->read_at(0, header);
    if (!count) return failure(count.error());
    if (*count != header_bytes) return failure(vault_errc::altered);
    const auto dek = unwrap_dek(header, stream, keys);
    if (!dek) return failure(dek.error());
    std::unique_ptr<OpenUpload> upload(
        new OpenUpload(disk, std::move(path), std::move(*file), *dek, stream, random));
    upload->unflushed_ = false;  // until the body is known, there is nothing to save
    auto deposit = upload->header_.deposit(header);
    if (!deposit) return failure(deposit.error());
    upload->deposit_ = std::move(*deposit);
    if (auto done = upload->keep(upload->recover_body()); !done) return failure(done.error());
    return upload;
}

/// Verifies records from the start. Each is hashed once the next is known to follow: the last one
/// becomes the highest chunk, which is open.
Result<> OpenUpload::recover_body() {
    const auto file_size = file_->size_bytes();
    if (!file_size) return failure(file_size.error());
    RecordBuffer held;  // the chunk before, opened in its record
    RecordBuffer buffer = make_record_buffer();
    Bytes content(chunk_bytes);
    std::optional<Tail> end;
    for (std::uint64_t index = 0; record_offset(index) + record_overhead_bytes <= *file_size;
         ++index) {
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
        if (!held) held = make_record_buffer();
        std::swap(held, buffer);
    }
    return recover_end(std::move(end), std::move(held));
}

/// The end is the record of a commit that came to nothing, else the tail that fits, else the last
/// whole chunk. It goes to the tail, as in every open upload.
Result<> OpenUpload::recover_end(std::optional<Tail> end, RecordBuffer held) {
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
    if (auto done = file_->write_at(closing_part_offset, Bytes(closing_part_bytes)); !done)
        return done;
    return flush_and_cut_body();
}

}  // namespace consign::vault
