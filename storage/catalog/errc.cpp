#include "storage/catalog/errc.hpp"

namespace consign::catalog {

namespace {

class Category final : public std::error_category {
  public:
    const char* name() const noexcept override { return "catalog"; }
    std::string message(int code) const override {
        switch (static_cast<catalog_errc>(code)) {
            case catalog_errc::no_such_name:
                return "no such file or folder";
            case catalog_errc::not_a_directory:
                return "not a folder";
            case catalog_errc::is_a_directory:
                return "is a folder";
            case catalog_errc::already_there:
                return "the name is taken";
            case catalog_errc::not_empty:
                return "the folder is not empty";
            case catalog_errc::into_itself:
                return "a folder cannot be moved below itself";
            case catalog_errc::is_the_root:
                return "not for the root folder";
            case catalog_errc::no_such_upload:
                return "no such upload";
            case catalog_errc::no_such_file:
                return "no such content";
        }
        return "unknown catalog error";
    }
};

}  // namespace

std::error_code make_error_code(catalog_errc code) {
    static const Category category;
    return {static_cast<int>(code), category};
}

}  // namespace consign::catalog
