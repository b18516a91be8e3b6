// An upload while it is open: the chunks in memory, the file in staging once there is one, and the
// hash of both.
//
// The highest chunk is never in the body: it is in memory, and in the tail once flushed. Every
// other chunk is in the body, in memory (then memory is right), or a hole that reads as zeros.
// Chunks are hashed as they are sealed, as far as they come in order; the rest is read back at the
// end.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "base/disk.hpp"
#include "base/random.hpp"
#include "storage/keyring/keyring.hpp"
#include "storage/vault/header.hpp"
#include "storage/vault/held_streams.hpp"
#include "storage/vault/open_chunk.hpp"
#include "storage/vault/record.hpp"
#include "storage/vault/record_run.hpp"
#include "storage/vault/sealed_file.hpp"
#include "storage/vault/tail.hpp"

namespace consign::vault {

class OpenUpload final : public SealedUpload {
  public:
    static constexpr std::size_t open_chunk_limit = 8;

    /// To be a new file at `path`, once something of it has to be on the disk; `disk`, `random` and
    /// what `hold` was taken from outlive it. It gives the hold back last of all.
    [[nodiscard]] static Result<std::unique_ptr<OpenUpload>> begin(Disk& disk, Disk::Path path,
                                                                   const keyring::Keyring& keys,
                                                                   RandomSource& random,
                                                                   StreamHold hold,
                                                                   Deposit deposit);
    /// The file at `path` as far as it can be verified, from its start; what follows is cut off.
    [[nodiscard]] static Result<std::unique_ptr<OpenUpload>> resume(Disk& disk, Disk::Path path,
                                                                    const keyring::Keyring& keys,
                                                                    RandomSource& random,
                                                                    StreamHold hold,
                                                                    const std::stop_token& stop);
    /// The size that `resume` would find. Changes nothing.
    [[nodiscard]] static Result<std::uint64_t> verified_size(Disk& disk, Disk::Path path,
                                                             const keyring::Keyring& keys,
                                                             RandomSource& random, const Id& stream,
                                                             const std::stop_token& stop);
    ~OpenUpload() override;

    [[nodiscard]] const Id& stream() const override { return stream_; }
    [[nodiscard]] std::uint64_t size_bytes() const override { return size_; }
    using SealedUpload::write;
    [[nodiscard]] Result<> write(std::span<const Piece> pieces) override;
    [[nodiscard]] bool takes_in_memory(std::uint64_t end) const override;
    [[nodiscard]] Result<std::size_t> read(std::uint64_t offset, ByteSpan out) override;
    [[nodiscard]] Result<> resize(std::uint64_t size_bytes) override;
    [[nodiscard]] Result<> flush() override;

    /// Seals the end and the header; it takes no write after that.
    [[nodiscard]] Result<> seal();
    /// After seal(): the whole file, where it is small and nothing of it is on the disk; else
    /// empty.
    [[nodiscard]] ByteView image() const { return image_; }
    /// Puts the image on the disk, where there is one.
    [[nodiscard]] Result<> write_image();
    /// When it returns, the content that was sealed is durable.
    [[nodiscard]] Result<> sync();
    /// What was sealed.
    [[nodiscard]] Result<Sealed> sealed() const;

  private:
    OpenUpload(Disk& disk, Disk::Path path, std::unique_ptr<DiskFile> file, const SecretKey& dek,
               const Id& stream, RandomSource& random);

    [[nodiscard]] std::uint64_t highest() const { return last_chunk(size_); }
    [[nodiscard]] bool in_body(std::uint64_t index) const {
        return index < in_body_.size() && in_body_[index];
    }
    [[nodiscard]] OpenChunk* in_memory(std::uint64_t index);
    [[nodiscard]] std::uint64_t hole_bytes() const;

    [[nodiscard]] Result<> usable() const;
    [[nodiscard]] Result<> keep(Result<> done);
    [[nodiscard]] Result<> write_checked(const Piece& piece);
    [[nodiscard]] Result<> write_pieces(std::uint64_t offset, ByteView bytes);
    [[nodiscard]] Result<> write_piece(std::uint64_t index, std::size_t offset, ByteView bytes);
    [[nodiscard]] Result<> grow(std::uint64_t size_bytes);
    [[nodiscard]] Result<> shrink(std::uint64_t size_bytes);
    [[nodiscard]] Result<> flush_all();
    [[nodiscard]] Result<> on_disk();
    [[nodiscard]] Result<> make_file(ByteView bytes);
    [[nodiscard]] Result<Closing> seal_end();
    [[nodiscard]] Result<Closing> seal_whole();
    [[nodiscard]] Closing close();
    [[nodiscard]] Result<> verify_length();

    [[nodiscard]] Result<OpenChunk*> open_chunk(std::uint64_t index);
    [[nodiscard]] Result<> evict_one();
    [[nodiscard]] Result<> close_chunk(OpenChunk& chunk);
    [[nodiscard]] Result<> close_inner_chunks();
    [[nodiscard]] Result<> fill_holes();
    template <class Work>
    [[nodiscard]] Result<> in_run(Work work);
    [[nodiscard]] Result<> complete_body();
    void drop_chunk(std::uint64_t index);
    [[nodiscard]] RecordBuffer take_buffer();

    [[nodiscard]] ByteView highest_content(Bytes& zeros);
    [[nodiscard]] Result<> flush_and_cut_body();

    [[nodiscard]] Result<> put_record(std::uint64_t index, Place place, ByteView content,
                                      ByteSpan record);
    [[nodiscard]] Result<> write_run();
    [[nodiscard]] Result<> read_record(std::uint64_t index, ByteSpan record);
    [[nodiscard]] Result<> hash_the_rest();
    void hash_opened(ByteView record);
    void forget_hashes();

    // resume_upload.cpp
    [[nodiscard]] static Result<std::unique_ptr<OpenUpload>> find(
        Disk& disk, Disk::Path path, Disk::Access access, const keyring::Keyring& keys,
        RandomSource& random, const Id& stream, const std::stop_token& stop);
    [[nodiscard]] Result<> find_body(const std::stop_token& stop);
    [[nodiscard]] Result<> find_end(std::optional<Tail> end, RecordBuffer held);
    [[nodiscard]] Result<> reopen();

    StreamHold hold_;  // first, so that it is given back when all else is done
    Disk& disk_;
    const Disk::Path path_;
    const TailPaths tails_;
    std::unique_ptr<DiskFile> file_;  // null until something of it must be on the disk
    const Id stream_;
    RandomSource& random_;
    RecordCipher records_;
    HeaderCipher header_;
    Deposit deposit_;
    Bytes header_to_write_;  // as long as there is no file
    Bytes image_;            // as long as there is no file, once it is sealed

    std::uint64_t size_ = 0;
    std::vector<bool> in_body_;       // by chunk
    std::uint64_t body_chunks_ = 0;   // of in_body_, that are there
    std::uint64_t filled_bytes_ = 0;  // holes that were sealed, since it was begun or resumed
    std::vector<OpenChunk> open_;     // at most open_chunk_limit
    RecordBuffer spare_;              // of the chunk closed last: a steady stream allocates nothing
    RecordRun run_;  // open within write(), where nobody reads the body but read_record
    std::uint64_t on_its_way_ = 0;  // of the body, as far as the disk was asked to begin
    std::uint64_t uses_ = 0;
    bool unflushed_ = true;           // since the last flush
    std::optional<Closing> closing_;  // sealed, and perhaps not synced
    std::optional<std::error_code> broken_;

    evp::Digest content_digest_;  // of the chunks before hashed_
    evp::Digest tag_digest_;
    std::uint64_t hashed_ = 0;
};

}  // namespace consign::vault
