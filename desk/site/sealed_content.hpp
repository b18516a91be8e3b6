// The content of a file, where the sealed file is the one that the catalog means. Blocks: call it
// from a pool thread.
#pragma once

#include "desk/site/site.hpp"

namespace consign::desk {

/// vault_errc::altered where the sealed file is whole, but has another size or hash than the
/// catalog says: an older state of it, or one that was put in its place.
[[nodiscard]] Result<std::unique_ptr<vault::SealedReader>> open_content(const Site& site,
                                                                        const catalog::File& file);

}  // namespace consign::desk
