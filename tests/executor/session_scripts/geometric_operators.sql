1: CREATE TABLE point_t (id int PRIMARY KEY, f point)
1: INSERT INTO point_t VALUES (1, '(0.0,0.0)')
1: INSERT INTO point_t VALUES (2, '(-10.0,0.0)')
1: INSERT INTO point_t VALUES (3, '(-3.0,4.0)')
1: INSERT INTO point_t VALUES (4, '(5.1, 34.5)')
1: INSERT INTO point_t VALUES (5, '(-5.0,-12.0)')
1: INSERT INTO point_t VALUES (6, '(1e-300,-1e-300)')
1: INSERT INTO point_t VALUES (7, '(1e+300,Inf)')
1: INSERT INTO point_t VALUES (8, '(Inf,1e+300)')
1: INSERT INTO point_t VALUES (9, ' ( Nan , NaN ) ')
1: INSERT INTO point_t VALUES (10, '10.0,10.0')
1: CREATE TABLE line_t (id int PRIMARY KEY, f line)
1: INSERT INTO line_t VALUES (1, '{0,-1,5}')
1: INSERT INTO line_t VALUES (2, '{1,0,5}')
1: INSERT INTO line_t VALUES (3, '{0,3,0}')
1: INSERT INTO line_t VALUES (4, ' (0,0), (6,6)')
1: INSERT INTO line_t VALUES (5, '10,-10 ,-5,-4')
1: INSERT INTO line_t VALUES (6, '[-1e6,2e2,3e5, -4e1]')
1: INSERT INTO line_t VALUES (7, '{3,NaN,5}')
1: INSERT INTO line_t VALUES (8, '{NaN,NaN,NaN}')
1: INSERT INTO line_t VALUES (9, '[(1,3),(2,3)]')
1: CREATE TABLE lseg_t (id int PRIMARY KEY, f lseg)
1: INSERT INTO lseg_t VALUES (1, '[(1,2),(3,4)]')
1: INSERT INTO lseg_t VALUES (2, '(0,0),(6,6)')
1: INSERT INTO lseg_t VALUES (3, '10,-10 ,-3,-4')
1: INSERT INTO lseg_t VALUES (4, '[-1e6,2e2,3e5, -4e1]')
1: INSERT INTO lseg_t VALUES (5, '[(-10,2),(-10,3)]')
1: INSERT INTO lseg_t VALUES (6, '[(0,-20),(30,-20)]')
1: INSERT INTO lseg_t VALUES (7, '[(NaN,1),(NaN,90)]')
1: CREATE TABLE box_t (id int PRIMARY KEY, f box)
1: INSERT INTO box_t VALUES (1, '(2.0,2.0,0.0,0.0)')
1: INSERT INTO box_t VALUES (2, '(1.0,1.0,3.0,3.0)')
1: INSERT INTO box_t VALUES (3, '((-8, 2), (-2, -10))')
1: INSERT INTO box_t VALUES (4, '(2.5, 2.5, 2.5,3.5)')
1: INSERT INTO box_t VALUES (5, '(3.0, 3.0,3.0,3.0)')
1: CREATE TABLE path_t (id int PRIMARY KEY, f path)
1: INSERT INTO path_t VALUES (1, '[(1,2),(3,4)]')
1: INSERT INTO path_t VALUES (2, ' ( ( 1 , 2 ) , ( 3 , 4 ) ) ')
1: INSERT INTO path_t VALUES (3, '[ (0,0),(3,0),(4,5),(1,6) ]')
1: INSERT INTO path_t VALUES (4, '((1,2) ,(3,4 ))')
1: INSERT INTO path_t VALUES (5, '1,2 ,3,4 ')
1: INSERT INTO path_t VALUES (6, ' [1,2,3, 4] ')
1: INSERT INTO path_t VALUES (7, '((10,20))')
1: INSERT INTO path_t VALUES (8, '[ 11,12,13,14 ]')
1: INSERT INTO path_t VALUES (9, '( 11,12,13,14) ')
1: CREATE TABLE polygon_t (id int PRIMARY KEY, f polygon)
1: INSERT INTO polygon_t VALUES (1, '(2.0,0.0),(2.0,4.0),(0.0,0.0)')
1: INSERT INTO polygon_t VALUES (2, '(3.0,1.0),(3.0,3.0),(1.0,0.0)')
1: INSERT INTO polygon_t VALUES (3, '(1,2),(3,4),(5,6)')
1: INSERT INTO polygon_t VALUES (4, '(7,8),(5,6),(3,4),(1,2)')
1: INSERT INTO polygon_t VALUES (5, '(1,2),(7,8),(5,6),(3,-4)')
1: INSERT INTO polygon_t VALUES (6, '(0.0,0.0)')
1: INSERT INTO polygon_t VALUES (7, '(0.0,1.0),(0.0,1.0)')
1: CREATE TABLE circle_t (id int PRIMARY KEY, f circle)
1: INSERT INTO circle_t VALUES (1, '<(5,1),3>')
1: INSERT INTO circle_t VALUES (2, '((1,2),100)')
1: INSERT INTO circle_t VALUES (3, ' 1 , 3 , 5 ')
1: INSERT INTO circle_t VALUES (4, ' ( ( 1 , 2 ) , 3 ) ')
1: INSERT INTO circle_t VALUES (5, ' ( 100 , 200 ) , 10 ')
1: INSERT INTO circle_t VALUES (6, ' < ( 100 , 1 ) , 115 > ')
1: INSERT INTO circle_t VALUES (7, '<(3,5),0>')
1: INSERT INTO circle_t VALUES (8, '<(3,5),NaN>')
1: SELECT a.id, b.id, a.f # b.f FROM box_t a, box_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f && b.f FROM box_t a, box_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f &< b.f FROM box_t a, box_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f &<| b.f FROM box_t a, box_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f &> b.f FROM box_t a, box_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f < b.f FROM box_t a, box_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <-> b.f FROM box_t a, box_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f << b.f FROM box_t a, box_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <<| b.f FROM box_t a, box_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <= b.f FROM box_t a, box_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <@ b.f FROM box_t a, box_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <^ b.f FROM box_t a, box_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f = b.f FROM box_t a, box_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f > b.f FROM box_t a, box_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f >= b.f FROM box_t a, box_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f >> b.f FROM box_t a, box_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f >^ b.f FROM box_t a, box_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f ?# b.f FROM box_t a, box_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f @> b.f FROM box_t a, box_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f |&> b.f FROM box_t a, box_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f |>> b.f FROM box_t a, box_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f ~= b.f FROM box_t a, box_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <-> b.f FROM box_t a, lseg_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f * b.f FROM box_t a, point_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f + b.f FROM box_t a, point_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f - b.f FROM box_t a, point_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f / b.f FROM box_t a, point_t b WHERE a.id < 5 AND b.id < 6 AND b.id > 1 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <-> b.f FROM box_t a, point_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f @> b.f FROM box_t a, point_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f && b.f FROM circle_t a, circle_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f &< b.f FROM circle_t a, circle_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f &<| b.f FROM circle_t a, circle_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f &> b.f FROM circle_t a, circle_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f < b.f FROM circle_t a, circle_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <-> b.f FROM circle_t a, circle_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f << b.f FROM circle_t a, circle_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <<| b.f FROM circle_t a, circle_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <= b.f FROM circle_t a, circle_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <> b.f FROM circle_t a, circle_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <@ b.f FROM circle_t a, circle_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f = b.f FROM circle_t a, circle_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f > b.f FROM circle_t a, circle_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f >= b.f FROM circle_t a, circle_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f >> b.f FROM circle_t a, circle_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f @> b.f FROM circle_t a, circle_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f |&> b.f FROM circle_t a, circle_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f |>> b.f FROM circle_t a, circle_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f ~= b.f FROM circle_t a, circle_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f * b.f FROM circle_t a, point_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f + b.f FROM circle_t a, point_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f - b.f FROM circle_t a, point_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f / b.f FROM circle_t a, point_t b WHERE a.id < 5 AND b.id < 6 AND b.id > 1 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <-> b.f FROM circle_t a, point_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f @> b.f FROM circle_t a, point_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <-> b.f FROM circle_t a, polygon_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f ?# b.f FROM line_t a, box_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f # b.f FROM line_t a, line_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <-> b.f FROM line_t a, line_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f = b.f FROM line_t a, line_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f ?# b.f FROM line_t a, line_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f ?-| b.f FROM line_t a, line_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f ?|| b.f FROM line_t a, line_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f ## b.f FROM line_t a, lseg_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <-> b.f FROM line_t a, lseg_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <-> b.f FROM line_t a, point_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f ## b.f FROM lseg_t a, box_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <-> b.f FROM lseg_t a, box_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <@ b.f FROM lseg_t a, box_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f ?# b.f FROM lseg_t a, box_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <-> b.f FROM lseg_t a, line_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <@ b.f FROM lseg_t a, line_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f ?# b.f FROM lseg_t a, line_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f # b.f FROM lseg_t a, lseg_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f ## b.f FROM lseg_t a, lseg_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f < b.f FROM lseg_t a, lseg_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <-> b.f FROM lseg_t a, lseg_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <= b.f FROM lseg_t a, lseg_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <> b.f FROM lseg_t a, lseg_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f = b.f FROM lseg_t a, lseg_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f > b.f FROM lseg_t a, lseg_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f >= b.f FROM lseg_t a, lseg_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f ?# b.f FROM lseg_t a, lseg_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f ?-| b.f FROM lseg_t a, lseg_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f ?|| b.f FROM lseg_t a, lseg_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <-> b.f FROM lseg_t a, point_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f + b.f FROM path_t a, path_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f < b.f FROM path_t a, path_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <-> b.f FROM path_t a, path_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <= b.f FROM path_t a, path_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f = b.f FROM path_t a, path_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f > b.f FROM path_t a, path_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f >= b.f FROM path_t a, path_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f ?# b.f FROM path_t a, path_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f * b.f FROM path_t a, point_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f + b.f FROM path_t a, point_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f - b.f FROM path_t a, point_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f / b.f FROM path_t a, point_t b WHERE a.id < 5 AND b.id < 6 AND b.id > 1 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <-> b.f FROM path_t a, point_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f @> b.f FROM path_t a, point_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f ## b.f FROM point_t a, box_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <-> b.f FROM point_t a, box_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <@ b.f FROM point_t a, box_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <-> b.f FROM point_t a, circle_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <@ b.f FROM point_t a, circle_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f ## b.f FROM point_t a, line_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <-> b.f FROM point_t a, line_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <@ b.f FROM point_t a, line_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f ## b.f FROM point_t a, lseg_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <-> b.f FROM point_t a, lseg_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <@ b.f FROM point_t a, lseg_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <-> b.f FROM point_t a, path_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <@ b.f FROM point_t a, path_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f * b.f FROM point_t a, point_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f + b.f FROM point_t a, point_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f - b.f FROM point_t a, point_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f / b.f FROM point_t a, point_t b WHERE a.id < 5 AND b.id < 6 AND b.id > 1 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <-> b.f FROM point_t a, point_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f << b.f FROM point_t a, point_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <<| b.f FROM point_t a, point_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <> b.f FROM point_t a, point_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <^ b.f FROM point_t a, point_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f >> b.f FROM point_t a, point_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f >^ b.f FROM point_t a, point_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f ?- b.f FROM point_t a, point_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f ?| b.f FROM point_t a, point_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f |>> b.f FROM point_t a, point_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f ~= b.f FROM point_t a, point_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <-> b.f FROM point_t a, polygon_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <@ b.f FROM point_t a, polygon_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <-> b.f FROM polygon_t a, circle_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <-> b.f FROM polygon_t a, point_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f @> b.f FROM polygon_t a, point_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f && b.f FROM polygon_t a, polygon_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f &< b.f FROM polygon_t a, polygon_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f &<| b.f FROM polygon_t a, polygon_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f &> b.f FROM polygon_t a, polygon_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <-> b.f FROM polygon_t a, polygon_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f << b.f FROM polygon_t a, polygon_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <<| b.f FROM polygon_t a, polygon_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f <@ b.f FROM polygon_t a, polygon_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f >> b.f FROM polygon_t a, polygon_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f @> b.f FROM polygon_t a, polygon_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f |&> b.f FROM polygon_t a, polygon_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f |>> b.f FROM polygon_t a, polygon_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT a.id, b.id, a.f ~= b.f FROM polygon_t a, polygon_t b WHERE a.id < 5 AND b.id < 6 ORDER BY 1, 2
1: SELECT id, @@ f FROM box_t WHERE f::text !~ 'NaN|Inf|e' ORDER BY id
1: SELECT id, @@ f FROM circle_t WHERE f::text !~ 'NaN|Inf|e' ORDER BY id
1: SELECT id, ?- f FROM line_t WHERE f::text !~ 'NaN|Inf|e' ORDER BY id
1: SELECT id, ?| f FROM line_t WHERE f::text !~ 'NaN|Inf|e' ORDER BY id
1: SELECT id, ?- f FROM lseg_t WHERE f::text !~ 'NaN|Inf|e' ORDER BY id
1: SELECT id, ?| f FROM lseg_t WHERE f::text !~ 'NaN|Inf|e' ORDER BY id
1: SELECT id, @-@ f FROM lseg_t WHERE f::text !~ 'NaN|Inf|e' ORDER BY id
1: SELECT id, @@ f FROM lseg_t WHERE f::text !~ 'NaN|Inf|e' ORDER BY id
1: SELECT id, # f FROM path_t WHERE f::text !~ 'NaN|Inf|e' ORDER BY id
1: SELECT id, @-@ f FROM path_t WHERE f::text !~ 'NaN|Inf|e' ORDER BY id
1: SELECT id, # f FROM polygon_t WHERE f::text !~ 'NaN|Inf|e' ORDER BY id
1: SELECT id, @@ f FROM polygon_t WHERE f::text !~ 'NaN|Inf|e' ORDER BY id
1: SELECT 1 FROM point_t a, point_t b WHERE (a.f <-> b.f) > 1e300 AND a.id = 7
1: SELECT a.id, b.id, a.f <-> b.f FROM line_t a, point_t b ORDER BY 1, 2
1: SELECT a.id, b.id, a.f ~= b.f, a.f <-> b.f FROM point_t a, point_t b WHERE a.id > 6 AND b.id > 6 ORDER BY 1, 2
1: SELECT id, f::circle FROM box_t WHERE true ORDER BY id
1: SELECT id, f::lseg FROM box_t WHERE true ORDER BY id
1: SELECT id, f::point FROM box_t WHERE true ORDER BY id
1: SELECT id, f::polygon FROM box_t WHERE true ORDER BY id
1: SELECT id, f::box FROM circle_t WHERE true ORDER BY id
1: SELECT id, f::point FROM circle_t WHERE true ORDER BY id
1: SELECT id, f::polygon FROM circle_t WHERE radius(f) > 0 ORDER BY id
1: SELECT id, f::point FROM lseg_t WHERE true ORDER BY id
1: SELECT id, f::polygon FROM path_t WHERE isclosed(f) ORDER BY id
1: SELECT id, f::box FROM point_t WHERE true ORDER BY id
1: SELECT id, f::box FROM polygon_t WHERE true ORDER BY id
1: SELECT id, f::circle FROM polygon_t WHERE true ORDER BY id
1: SELECT id, f::path FROM polygon_t WHERE true ORDER BY id
1: SELECT id, f::point FROM polygon_t WHERE true ORDER BY id
1: SELECT id, f::polygon FROM path_t ORDER BY id
1: SELECT id, f::polygon FROM circle_t ORDER BY id
1: SET extra_float_digits = -1
1: SELECT id, f, polygon(5, f), f::box FROM circle_t WHERE id < 5 ORDER BY id
1: SELECT a.id, b.id, a.f <-> b.f FROM point_t a, circle_t b WHERE a.id < 6 ORDER BY 3, 1, 2 LIMIT 12
1: RESET extra_float_digits
1: SELECT id FROM point_t WHERE f IS NOT NULL ORDER BY f <-> '(0,1)', id
1: SELECT id, f <-> point '(3,3)' AS d FROM polygon_t ORDER BY d DESC, id
1: SELECT sum(area(f)), count(*) FROM box_t WHERE f && '(4,4),(0,0)'
1: DELETE FROM point_t WHERE f <@ box '(100,100),(-100,-100)' RETURNING id
