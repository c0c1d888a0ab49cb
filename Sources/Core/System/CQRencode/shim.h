#ifndef OBHUT_CQRENCODE_H
#define OBHUT_CQRENCODE_H
#include <qrencode.h>
#endif
