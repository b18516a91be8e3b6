#include "protocols/sftp/sftp_errc.hpp"

#include <string>

namespace consign::sftp {

namespace {

class Category final : public std::error_category {
  public:
    [[nodiscard]] const char* name() const noexcept override { return "sftp"; }
    [[nodiscard]] std::string message(int code) const override {
        switch (static_cast<sftp_errc>(code)) {
            case sftp_errc::logged_out:
                return "goodbye";
            case sftp_errc::login_time_up:
                return "the time to log in is up";
            case sftp_errc::idle_too_long:
                return "idle for too long";
            case sftp_errc::server_stops:
                return "the server is stopping";
            case sftp_errc::too_many_sessions:
                return "too many sessions";
            case sftp_errc::failed_inside:
                return "the server failed inside";
        }
        return "unknown";
    }
};

}  // namespace

std::error_code make_error_code(sftp_errc code) {
    static const Category category;
    return {static_cast<int>(code), category};
}

}  // namespace consign::sftp
