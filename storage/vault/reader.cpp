#include "storage/vault/reader.hpp"

#include "storage/vault/errc.hpp"

namespace consign::vault {

Reader::Reader(std::unique_ptr<DiskFile> file, RecordCipher cipher, Sealed facts,
               const Closing& closing)
    : file_(std::move(file)),
      cipher_(std::move(cipher)),
      facts_(std::move(facts)),
      tag_digest_(closing.tag_digest) {}

Result<std::unique_ptr<Reader>> Reader::open(Disk& disk, const Disk::Path& path,
                                             const keyring::Keyring& keys, RandomSource& random,
                                             const Id& stream) {
    auto file = disk.open(path, Disk::Access::read);
    if (!file) return failure(file.error());
    return over(*std::move(file), keys, random, stream);
}

Result<std::unique_ptr<Reader>> Reader::over(std::unique_ptr<DiskFile> file,
                                             const keyring::Keyring& keys, RandomSource& random,
                                             const Id& stream) {
    const auto header = read_header(*file, stream, keys);
    if (!header) return failure(header.error());
    HeaderCipher header_cipher(header->dek, stream, random);
    auto deposit = header_cipher.deposit(header->bytes);
    if (!deposit) return failure(deposit.error());
    const auto closing = header_cipher.closing(header->bytes);
    if (!closing) return failure(closing.error());
    const auto length = file->size_bytes();
    if (!length) return failure(length.error());
    if (*length != sealed_bytes(closing->size_bytes)) return failure(vault_errc::altered);
    std::unique_ptr<Reader> reader(new Reader(std::move(file),
                                              RecordCipher(header->dek, stream, random),
                                              Sealed{.stream = stream,
                                                     .size_bytes = closing->size_bytes,
                                                     .sha256 = closing->sha256,
                                                     .deposit = std::move(*deposit)},
                                              *closing));
    // No read asks for the one record of an empty file, so it is verified here.
    if (closing->size_bytes == 0)
        if (auto done = reader->read_batch(0, {}); !done) return failure(done.error());
    return reader;
}

Result<std::size_t> Reader::read(std::uint64_t offset, ByteSpan out) {
    if (altered_) return failure(vault_errc::altered);
    if (offset >= facts_.size_bytes) return std::size_t{0};
    out = out.first(std::min<std::uint64_t>(out.size(), facts_.size_bytes - offset));
    if (auto done = read_chunks(offset, out); !done) {
        std::ranges::fill(out, std::uint8_t{0});  // an error, and not half an answer
        altered_ = done.error() == vault_errc::altered;
        return failure(done.error());
    }
    return out.size();
}

Result<> Reader::read_chunks(std::uint64_t offset, ByteSpan out) {
    while (!out.empty()) {
        const std::uint64_t index = offset / chunk_bytes;
        std::size_t done = 0;
        if (kept_ && kept_->index == index) {
            const ByteView rest =
                kept_->content.subspan(static_cast<std::size_t>(offset % chunk_bytes));
            done = std::min(rest.size(), out.size());
            std::ranges::copy(rest.first(done), out.begin());
        } else {
            const auto batch = read_batch(offset, out);
            if (!batch) return failure(batch.error());
            done = *batch;
        }
        offset += done;
        out = out.subspan(done);
    }
    return {};
}

/// Reads as many records at once as `out` touches and memory allows; how many bytes came of it.
Result<std::size_t> Reader::read_batch(std::uint64_t offset, ByteSpan out) {
    const std::uint64_t first = offset / chunk_bytes;
    const std::uint64_t last = out.empty() ? first : (offset + out.size() - 1) / chunk_bytes;
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(last - first + 1, batch_records));
    kept_.reset();
    const std::uint64_t length =
        (count - 1) * record_bytes + length_of(first + count - 1) + record_overhead_bytes;
    const ByteSpan records = buffer(count).first(length);
    const auto got = file_->read_at(record_offset(first), records);
    if (!got) return failure(got.error());
    if (*got != records.size()) return failure(vault_errc::altered);

    auto skip = static_cast<std::size_t>(offset % chunk_bytes);
    std::size_t done = 0;
    for (std::size_t at = 0; at < count; ++at) {
        const std::uint64_t index = first + at;
        const std::size_t size = length_of(index);
        const ByteSpan record = records.subspan(at * record_bytes, size + record_overhead_bytes);
        const ByteSpan rest = out.subspan(done);
        if (skip == 0 && rest.size() >= size) {
            if (auto opened = open_record(index, record, rest.first(size)); !opened)
                return failure(opened.error());
            done += size;
        } else {
            const auto content = open_record(index, record, RecordCipher::content_in(record));
            if (!content) return failure(content.error());
            kept_ = Kept{.index = index, .content = *content};
            const ByteView wanted = content->subspan(skip);
            const std::size_t given = std::min(wanted.size(), rest.size());
            std::ranges::copy(wanted.first(given), rest.begin());
            done += given;
        }
        skip = 0;
    }
    return done;
}

/// Fills `content` (which may stand in the record, where its ciphertext is), and gives it back.
Result<ByteView> Reader::open_record(std::uint64_t index, ByteSpan record, ByteSpan content) {
    const Place place = index == last_chunk(facts_.size_bytes) ? Place::last : Place::inner;
    if (auto done = cipher_.open(index, place, record, content); !done)
        return failure(done.error());
    if (auto done = count_tag(index, record); !done) {
        std::ranges::fill(content, std::uint8_t{0});
        return failure(done.error());
    }
    return content;
}

/// An old version of a chunk, put back, authenticates; the digest of all tags tells it.
Result<> Reader::count_tag(std::uint64_t index, ByteView record) {
    if (index == 0 && tagged_ > last_chunk(facts_.size_bytes))
        tagged_ = 0;  // once more, from the start
    if (index != tagged_) return {};
    tags_.update(RecordCipher::tag_in(record));
    ++tagged_;
    if (index != last_chunk(facts_.size_bytes)) return {};
    if (!evp::equal_in_constant_time(tags_.finish(), tag_digest_))
        return failure(vault_errc::altered);
    return {};
}

std::size_t Reader::length_of(std::uint64_t index) const {
    return index == last_chunk(facts_.size_bytes) ? last_chunk_length(facts_.size_bytes)
                                                  : chunk_bytes;
}

ByteSpan Reader::buffer(std::size_t records) {
    if (records > buffer_records_) {
        buffer_ = std::make_unique_for_overwrite<std::uint8_t[]>(records * record_bytes);
        buffer_records_ = records;
    }
    return {buffer_.get(), buffer_records_ * record_bytes};
}

}  // namespace consign::vault
