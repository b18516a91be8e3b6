#include "protocols/ftps/reply_code.hpp"

#include "desk/site/errc.hpp"
#include "protocols/ftps/codec_errc.hpp"
#include "protocols/ftps/ftps_errc.hpp"
#include "protocols/ftps/tls_errc.hpp"
#include "protocols/session_errc.hpp"

namespace consign::ftps {

namespace {

constexpr int not_taken = 550;  // "requested action not taken"

int code_of_desk(desk::desk_errc error) {
    using desk::desk_errc;
    switch (error) {
        case desk_errc::quota_bytes_exceeded:
        case desk_errc::quota_files_exceeded:
        case desk_errc::file_too_large:
        case desk_errc::hole_too_large:
            return 552;
        case desk_errc::disk_full:
            return 452;
        case desk_errc::bad_name:
        case desk_errc::name_too_long:
        case desk_errc::names_a_directory:
            return 553;
        case desk_errc::in_use:
        case desk_errc::being_downloaded:
            return 450;
        case desk_errc::superseded:
        case desk_errc::altered:
        case desk_errc::download_lapsed:
        case desk_errc::too_scattered:
        case desk_errc::overloaded:
        case desk_errc::too_many_open_files:
        case desk_errc::storage_failed:
            return 451;
        case desk_errc::unsupported_hash:
            return 504;
        case desk_errc::too_many_failed_logins:
        case desk_errc::too_many_sessions:
            return 421;
        default:
            return not_taken;
    }
}

int code_of_ftps(ftps_errc error) {
    switch (error) {
        case ftps_errc::no_passive_port:
        case ftps_errc::passive_needs_ipv4:
        case ftps_errc::data_connection_late:
        case ftps_errc::data_handshake_late:
            return 425;
        case ftps_errc::transfer_aborted:
        case ftps_errc::transfer_stalled:
        case ftps_errc::connection_broken:
        case ftps_errc::no_close_notify:
        case ftps_errc::announced_more:
            return 426;
        case ftps_errc::not_the_peer:
        case ftps_errc::range_beyond_end:
            return 501;
        case ftps_errc::restart_beyond_end:
            return 554;
        case ftps_errc::bytes_behind_auth:
            return 421;
    }
    return 421;
}

int code_of_codec(ftp_codec_errc error) {
    switch (error) {
        case ftp_codec_errc::line_too_long:
        case ftp_codec_errc::not_a_command:
            return 500;
        case ftp_codec_errc::unknown_network_protocol:
            return 522;
        default:
            return 501;
    }
}

int code_of_tls(tls_errc error) {
    switch (error) {
        case tls_errc::session_not_resumed:
            return 522;
        case tls_errc::truncated:
        case tls_errc::bad_record:
            return 426;
        default:
            return 425;
    }
}

}  // namespace

int code_of(std::error_code error) {
    if (error.category() == make_error_code(protocols::session_errc::peer_closed).category())
        return 421;
    if (error.category() == ftp_codec_category())
        return code_of_codec(static_cast<ftp_codec_errc>(error.value()));
    if (error.category() == tls_category())
        return code_of_tls(static_cast<tls_errc>(error.value()));
    if (error.category() == make_error_code(ftps_errc::not_the_peer).category())
        return code_of_ftps(static_cast<ftps_errc>(error.value()));
    if (error.category() == desk::make_error_code(desk::desk_errc::altered).category())
        return code_of_desk(static_cast<desk::desk_errc>(error.value()));
    if (error == std::errc::filename_too_long || error == std::errc::invalid_argument) return 553;
    return 425;  // what the network said of the data connection
}

}  // namespace consign::ftps
