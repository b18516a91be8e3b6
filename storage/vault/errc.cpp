#include "storage/vault/errc.hpp"

#include <string>

namespace consign::vault {

namespace {

class Category final : public std::error_category {
  public:
    [[nodiscard]] const char* name() const noexcept override { return "vault"; }
    [[nodiscard]] std::string message(int value) const override {
        switch (static_cast<vault_errc>(value)) {
            case vault_errc::altered:
                return "the sealed file was altered, cut or exchanged";
            case vault_errc::too_large:
                return "the file would be larger than the store allows";
            case vault_errc::hole_too_large:
                return "too much of the file would be holes";
            case vault_errc::finished:
                return "the upload was committed and takes nothing more";
            case vault_errc::foreign_journal:
                return "the keyring opens no file in staging/journal.*: put back the one that was "
                       "there when the daemon ended, or move those files away";
        }
        return "unknown vault error";
    }
};

}  // namespace

std::error_code make_error_code(vault_errc code) {
    static const Category category;
    return {static_cast<int>(code), category};
}

}  // namespace consign::vault
