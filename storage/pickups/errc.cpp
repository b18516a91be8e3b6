#include "storage/pickups/errc.hpp"

#include <string>

namespace consign::pickups {

namespace {

class Category final : public std::error_category {
  public:
    [[nodiscard]] const char* name() const noexcept override { return "pickups"; }
    [[nodiscard]] std::string message(int code) const override {
        switch (static_cast<pickups_errc>(code)) {
            case pickups_errc::spent:
                return "every retrieval that there may be was completed";
            case pickups_errc::being_fetched:
                return "a retrieval that is open may be the last one";
            case pickups_errc::lease_lost:
                return "the retrieval is somebody else's by now, or its name has ended";
        }
        return "unknown";
    }
};

}  // namespace

std::error_code make_error_code(pickups_errc code) {
    static const Category category;
    return {static_cast<int>(code), category};
}

}  // namespace consign::pickups
