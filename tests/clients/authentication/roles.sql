create role certonly login; create role certmap login; create role certdn login; create role vfull login password 'secret'; create role vca login password 'secret';
create role tlsonly login password 'secret'; create role plainonly login password 'secret'; create role pw login password 'secret';
create role m5s login password 'secret'; create role rej login; create role tr login; create role nologin_tr; create role limited login connection limit 0; create role exp_tr login password 'x' valid until '2000-01-01';
create role grp; create role ing login in role grp; create role notgrp login; create role rx1 login; create role dbuser login; create role su login;
create role scr login password 'secret'; create role exp login password 'secret' valid until '2000-01-01'; create role nopw login; create role nologin password 'secret'; create role future login password 'secret' valid until '2100-01-01';
create role alice login password 'secret'; create role repl login password 'secret';
set password_encryption=md5; create role m5 login password 'secret'; create role m5scram login password 'secret';
