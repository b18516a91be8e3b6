#include <boost/test/unit_test.hpp>

#include "desk/site/errc.hpp"
#include "protocols/ftps/ftps_errc.hpp"
#include "protocols/ftps/reply_code.hpp"
#include "protocols/ftps/tls_errc.hpp"
#include "protocols/session_errc.hpp"

using namespace consign;
using desk::desk_errc;
using ftps::ftps_errc;

BOOST_AUTO_TEST_SUITE(reply_code)

BOOST_AUTO_TEST_CASE(each_kind_of_error_has_the_code_that_clients_act_on) {
    const std::pair<std::error_code, int> table[] = {
        {desk_errc::may_not_upload, 550},
        {desk_errc::no_such_name, 550},
        {desk_errc::quota_bytes_exceeded, 552},
        {desk_errc::file_too_large, 552},
        {desk_errc::disk_full, 452},
        {desk_errc::bad_name, 553},
        {desk_errc::in_use, 450},
        {desk_errc::storage_failed, 451},
        {desk_errc::unsupported_hash, 504},
        {desk_errc::too_many_sessions, 421},
        {ftps_errc::no_passive_port, 425},
        {ftps_errc::data_connection_late, 425},
        {ftps_errc::transfer_aborted, 426},
        {ftps_errc::no_close_notify, 426},
        {ftps_errc::not_the_peer, 501},
        {ftps_errc::restart_beyond_end, 554},
        {protocols::session_errc::server_stops, 421},
        {ftps::tls_errc::session_not_resumed, 522},
        {ftps::tls_errc::truncated, 426},
        {ftps::tls_errc::bad_record, 426},
        {ftps::tls_errc::handshake_failed, 425},
        {std::make_error_code(std::errc::connection_refused), 425},
    };
    for (const auto& [error, code] : table)
        BOOST_CHECK_MESSAGE(ftps::code_of(error) == code, error.message()
                                                              << ": " << ftps::code_of(error));
}

BOOST_AUTO_TEST_SUITE_END()
