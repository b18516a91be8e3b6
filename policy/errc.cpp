#include "policy/errc.hpp"

#include <string>

namespace consign::policy {

namespace {

class Category final : public std::error_category {
  public:
    [[nodiscard]] const char* name() const noexcept override { return "policy"; }
    [[nodiscard]] std::string message(int value) const override {
        switch (static_cast<policy_errc>(value)) {
            case policy_errc::value_missing:
                return "a field that the name is made of is missing";
            case policy_errc::segment_unfit:
                return "a part of the path would be empty, `.` or `..`";
        }
        return "unknown policy error";
    }
};

}  // namespace

std::error_code make_error_code(policy_errc code) {
    static const Category category;
    return {static_cast<int>(code), category};
}

}  // namespace consign::policy
