// What a packed file holds, as its bytes come: the members of a gzip file, or the first member of a
// zip that is a file. Bounded memory; what is unpacked goes out in pieces.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/bytes.hpp"
#include "policy/content/content.hpp"
#include "policy/content/inflater.hpp"

namespace consign::policy::content {

/// By the first bytes.
[[nodiscard]] Packing packing_of(ByteView head);

/// Takes a piece; false: it wants no more. A piece is valid during the call alone.
using UnpackedSink = std::function<bool(ByteView)>;

enum class Unpacking : std::uint8_t {
    going_on,
    enough,  // the sink wants no more
    ended,   // all of it was there, and what can be checked was right
    broken   // or encrypted, or packed in another way
};

class ZipMember;

class Unpacker {
  public:
    static constexpr std::size_t piece_bytes = std::size_t{16} * 1024;

    explicit Unpacker(Packing packing);
    ~Unpacker();
    Unpacker(Unpacker&&) noexcept;
    Unpacker& operator=(Unpacker&&) noexcept;

    void add(ByteView packed, const UnpackedSink& sink);
    [[nodiscard]] Unpacking state() const;

  private:
    void add_gzip(ByteView packed, const UnpackedSink& sink);

    Packing packing_;
    Unpacking state_ = Unpacking::going_on;  // of gzip
    std::optional<Inflater> inflater_;       // of gzip
    bool in_padding_ = false;                // of gzip: only zeros may follow
    std::unique_ptr<ZipMember> zip_member_;  // of zip
};

/// Inflates into `sink`, and takes what it used off the front of `packed`. `enough` where the sink
/// wants no more.
[[nodiscard]] Unpacking inflate_into(Inflater& inflater, ByteView& packed,
                                     const UnpackedSink& sink);

}  // namespace consign::policy::content
