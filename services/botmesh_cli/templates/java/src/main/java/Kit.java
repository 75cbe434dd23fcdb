import io.botmesh.scripted.Scripted;

/** The scripted bot of the conformance kit, on what this project is built with. */
public class Kit {
    public static void main(String[] args) {
        Scripted.main(args);
    }
}
