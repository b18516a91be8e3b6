// The digests of content that may be asked for.
#pragma once

#include <boost/crc.hpp>
#include <optional>
#include <string_view>
#include <variant>

#include "base/evp.hpp"

namespace consign::desk {

class ContentDigest {
  public:
    /// "md5", "sha1", "sha224", "sha256", "sha384", "sha512" (the names of
    /// draft-ietf-secsh-filexfer-extensions-00), or "crc32" (ISO 3309, as zlib's). Nothing for
    /// another name.
    [[nodiscard]] static std::optional<ContentDigest> of(std::string_view algorithm);

    void update(ByteView bytes);
    /// The digest of all updates, most significant byte first; the object starts afresh.
    [[nodiscard]] Bytes finish();

  private:
    using Running = std::variant<evp::Digest, boost::crc_32_type>;
    explicit ContentDigest(Running running) : running_(std::move(running)) {}
    Running running_;
};

}  // namespace consign::desk
