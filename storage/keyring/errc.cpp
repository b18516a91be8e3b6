#include "storage/keyring/errc.hpp"

#include <string>

namespace consign::keyring {

namespace {

class Category final : public std::error_category {
  public:
    [[nodiscard]] const char* name() const noexcept override { return "keyring"; }
    [[nodiscard]] std::string message(int value) const override {
        switch (static_cast<keyring_errc>(value)) {
            case keyring_errc::no_such_key:
                return "the keyring has no such key, or it was destroyed";
            case keyring_errc::refused:
                return "the wrapped key does not fit the key that it names";
            case keyring_errc::in_use:
                return "the key is the current one of its purpose";
            case keyring_errc::damaged:
                return "the keyring file is damaged, or was edited";
            case keyring_errc::wrong_root_key:
                return "the keyring file belongs to another root key";
            case keyring_errc::key_exposed:
                return "the key's file can be read by others than its owner: chmod 600";
            case keyring_errc::key_foreign:
                return "the key's file belongs to neither this user nor root";
            case keyring_errc::root_key_malformed:
                return "the root key's file does not hold 64 hexadecimal digits";
            case keyring_errc::witness_key_malformed:
                return "the witness key's file holds no Ed25519 key in PEM without a passphrase: "
                       "openssl genpkey -algorithm ed25519";
        }
        return "unknown keyring error";
    }
};

}  // namespace

std::error_code make_error_code(keyring_errc code) {
    static const Category category;
    return {static_cast<int>(code), category};
}

}  // namespace consign::keyring
