#ifndef OBHUT_CPQ_H
#define OBHUT_CPQ_H
#include <libpq-fe.h>

// libpq's field codes are character literals, which Swift does not import.
enum {
    CPQ_DIAG_SEVERITY = PG_DIAG_SEVERITY_NONLOCALIZED,
    CPQ_DIAG_SQLSTATE = PG_DIAG_SQLSTATE,
    CPQ_DIAG_MESSAGE_PRIMARY = PG_DIAG_MESSAGE_PRIMARY,
    CPQ_DIAG_MESSAGE_DETAIL = PG_DIAG_MESSAGE_DETAIL,
    CPQ_DIAG_SCHEMA_NAME = PG_DIAG_SCHEMA_NAME,
    CPQ_DIAG_TABLE_NAME = PG_DIAG_TABLE_NAME,
    CPQ_DIAG_COLUMN_NAME = PG_DIAG_COLUMN_NAME,
    CPQ_DIAG_CONSTRAINT_NAME = PG_DIAG_CONSTRAINT_NAME,
    CPQ_DIAG_STATEMENT_POSITION = PG_DIAG_STATEMENT_POSITION,
    CPQ_DIAG_CONTEXT = PG_DIAG_CONTEXT,
    CPQ_DIAG_SOURCE_FUNCTION = PG_DIAG_SOURCE_FUNCTION,
};

// The default notice processor prints to stderr, and a notice can hold values of rows.
static inline void cpq_ignore_notice(void *context, const PGresult *result) { (void)context; (void)result; }
static inline void cpq_ignore_notices(PGconn *connection) {
    PQsetNoticeReceiver(connection, cpq_ignore_notice, 0);
}
#endif
