// A committed sealed file, read at any place. Records come from the disk several at a time where
// the caller asks for much; a chunk that was given out in part stays for the next call.
#pragma once

#include <memory>
#include <optional>

#include "base/disk.hpp"
#include "storage/keyring/keyring.hpp"
#include "storage/vault/header.hpp"
#include "storage/vault/record.hpp"
#include "storage/vault/sealed_file.hpp"

namespace consign::vault {

class Reader final : public SealedReader {
  public:
    /// Memory of one reader: at most so many records.
    static constexpr std::size_t batch_records = 5;

    /// vault_errc::altered also where the file at `path` is not `stream`, or has not its length.
    [[nodiscard]] static Result<std::unique_ptr<Reader>> open(Disk& disk, const Disk::Path& path,
                                                              const keyring::Keyring& keys,
                                                              RandomSource& random,
                                                              const Id& stream);
    /// The same of a file that is open.
    [[nodiscard]] static Result<std::unique_ptr<Reader>> over(std::unique_ptr<DiskFile> file,
                                                              const keyring::Keyring& keys,
                                                              RandomSource& random,
                                                              const Id& stream);

    [[nodiscard]] const Sealed& facts() const override { return facts_; }
    [[nodiscard]] Result<std::size_t> read(std::uint64_t offset, ByteSpan out) override;

  private:
    Reader(std::unique_ptr<DiskFile> file, RecordCipher cipher, Sealed facts,
           const Closing& closing);

    [[nodiscard]] Result<> read_chunks(std::uint64_t offset, ByteSpan out);
    [[nodiscard]] Result<std::size_t> read_batch(std::uint64_t offset, ByteSpan out);
    [[nodiscard]] Result<ByteView> open_record(std::uint64_t index, ByteSpan record,
                                               ByteSpan content);
    [[nodiscard]] Result<> count_tag(std::uint64_t index, ByteView record);
    [[nodiscard]] std::size_t length_of(std::uint64_t index) const;
    [[nodiscard]] ByteSpan buffer(std::size_t records);

    const std::unique_ptr<DiskFile> file_;
    RecordCipher cipher_;
    const Sealed facts_;
    const Digest32 tag_digest_;

    std::unique_ptr<std::uint8_t[]> buffer_;
    std::size_t buffer_records_ = 0;
    struct Kept {
        std::uint64_t index;
        ByteView content;  // in buffer_
    };
    std::optional<Kept> kept_;

    evp::Digest tags_;          // of the chunks before tagged_
    std::uint64_t tagged_ = 0;  // read in order, so far
    bool altered_ = false;      // found once: another try gets no other answer
};

}  // namespace consign::vault
