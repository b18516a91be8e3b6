#include "desk/site/sealed_content.hpp"

#include "storage/vault/errc.hpp"

namespace consign::desk {

Result<std::unique_ptr<vault::SealedReader>> open_content(const Site& site,
                                                          const catalog::File& file) {
    auto sealed = site.store.vault().open(file.stream);
    if (!sealed) return sealed;
    const vault::Sealed& facts = (*sealed)->facts();
    if (facts.size_bytes != file.size_bytes || facts.sha256 != file.sha256)
        return failure(vault::vault_errc::altered);
    return sealed;
}

}  // namespace consign::desk
