// Is a content still what was deposited? Read from its first byte to its last, a step at a time,
// and thrown away.
#pragma once

#include <memory>
#include <optional>

#include "base/secret.hpp"
#include "desk/site/site.hpp"

namespace consign::desk {

/// Blocks: call it from a pool thread, one step after another.
class ContentCheck {
  public:
    static constexpr std::size_t step_bytes = std::size_t{320} << 10;  // as a reader reads at once

    ContentCheck(const Site& site, catalog::File file) : site_(site), file_(std::move(file)) {}

    /// How many bytes were read; 0: it is whole. vault_errc::altered also where the catalog means
    /// another content; what the disk says. Do not go on behind an error.
    [[nodiscard]] Result<std::size_t> step();

  private:
    const Site& site_;
    const catalog::File file_;
    std::unique_ptr<vault::SealedReader> reader_;
    SecretBytes buffer_;
    std::uint64_t read_bytes_ = 0;
};

/// What such an error says of the content.
[[nodiscard]] scrub::Damage damage_of(std::error_code error);

}  // namespace consign::desk
