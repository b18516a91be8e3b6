#include "protocols/ftps/ftps_errc.hpp"

#include <string>

namespace consign::ftps {

namespace {

class Category final : public std::error_category {
  public:
    [[nodiscard]] const char* name() const noexcept override { return "ftps"; }
    [[nodiscard]] std::string message(int code) const override {
        switch (static_cast<ftps_errc>(code)) {
            case ftps_errc::bytes_behind_auth:
                return "bytes in clear came behind AUTH";
            case ftps_errc::no_passive_port:
                return "every passive port is in use: try again later";
            case ftps_errc::passive_needs_ipv4:
                return "PASV cannot tell an IPv6 address: use EPSV";
            case ftps_errc::not_the_peer:
                return "data goes only to the address that the control connection came from";
            case ftps_errc::data_connection_late:
                return "the data connection was not made in time";
            case ftps_errc::data_handshake_late:
                return "the TLS handshake of the data connection was not made in time";
            case ftps_errc::transfer_aborted:
                return "the transfer was aborted";
            case ftps_errc::transfer_stalled:
                return "the transfer stood still for too long";
            case ftps_errc::connection_broken:
                return "the data connection broke";
            case ftps_errc::no_close_notify:
                return "the data connection ended without TLS close_notify, so the file may be cut";
            case ftps_errc::announced_more:
                return "the data connection ended before all had come that ALLO announced";
            case ftps_errc::range_beyond_end:
                return "the range goes beyond the end of the file";
            case ftps_errc::restart_beyond_end:
                return "the restart position is beyond the end of what is there";
        }
        return "unknown";
    }
};

}  // namespace

std::error_code make_error_code(ftps_errc code) {
    static const Category category;
    return {static_cast<int>(code), category};
}

}  // namespace consign::ftps
