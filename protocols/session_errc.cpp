#include "protocols/session_errc.hpp"

#include <string>

namespace consign::protocols {

namespace {

class Category final : public std::error_category {
  public:
    [[nodiscard]] const char* name() const noexcept override { return "session"; }
    [[nodiscard]] std::string message(int code) const override {
        switch (static_cast<session_errc>(code)) {
            case session_errc::logged_out:
                return "goodbye";
            case session_errc::peer_closed:
                return "the peer closed the connection";
            case session_errc::login_time_up:
                return "the time to log in is up";
            case session_errc::idle_too_long:
                return "idle for too long";
            case session_errc::server_stops:
                return "the server is stopping";
            case session_errc::too_many_sessions:
                return "too many sessions";
            case session_errc::failed_inside:
                return "the server failed inside";
        }
        return "unknown";
    }
};

}  // namespace

std::error_code make_error_code(session_errc code) {
    static const Category category;
    return {static_cast<int>(code), category};
}

}  // namespace consign::protocols
