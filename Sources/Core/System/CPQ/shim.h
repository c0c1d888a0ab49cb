#ifndef OBHUT_CPQ_H
#define OBHUT_CPQ_H
#include <libpq-fe.h>
#endif
