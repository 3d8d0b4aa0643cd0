namespace QuickStart.Tests;

/// <summary>A folder of its own for one test, removed afterwards.</summary>
public sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("quickstart");

    /// <summary>A path inside the folder.</summary>
    public string this[string name] => Path.Combine(directory.FullName, name);

    /// <summary>The path of a new file with these bytes.</summary>
    public string Write(string name, ReadOnlySpan<byte> bytes)
    {
        File.WriteAllBytes(this[name], bytes);
        return this[name];
    }

    /// <inheritdoc/>
    public void Dispose() => directory.Delete(recursive: true);
}
