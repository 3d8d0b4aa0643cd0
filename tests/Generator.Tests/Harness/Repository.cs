namespace AttentionGen.Testing;

/// <summary>Finds the repository from the folder the tests run in.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(new DirectoryInfo(AppContext.BaseDirectory));

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string Find(DirectoryInfo? folder) => folder switch
    {
        null => throw new DirectoryNotFoundException($"No repository (a folder with global.json and generator/) above {AppContext.BaseDirectory}."),
        _ when File.Exists(Path.Combine(folder.FullName, "global.json")) && Directory.Exists(Path.Combine(folder.FullName, "generator")) => folder.FullName,
        _ => Find(folder.Parent),
    };
}
