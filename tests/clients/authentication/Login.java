// A login over pgjdbc: java -cp DRIVER Login.java URL. Prints who it is, or the SQLSTATE.
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

public class Login {
    public static void main(String[] urls) {
        for (String url : urls) {
            try (Connection connection = DriverManager.getConnection(url);
                 Statement statement = connection.createStatement();
                 ResultSet rows = statement.executeQuery(
                     "SELECT current_user, (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid())")) {
                rows.next();
                System.out.println(rows.getString(1) + " " + rows.getBoolean(2));
            } catch (SQLException error) {
                System.out.println(error.getSQLState());
            }
        }
    }
}
