#include "storage/queue/errc.hpp"

#include <string>

namespace consign::queue {

namespace {

class Category final : public std::error_category {
  public:
    const char* name() const noexcept override { return "queue"; }
    std::string message(int code) const override {
        switch (static_cast<queue_errc>(code)) {
            case queue_errc::no_such_job:
                return "no such job";
        }
        return "unknown queue error";
    }
};

}  // namespace

std::error_code make_error_code(queue_errc code) {
    static const Category category;
    return {static_cast<int>(code), category};
}

}  // namespace consign::queue
