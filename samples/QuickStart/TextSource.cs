namespace QuickStart;

/// <summary>Real text as bytes: a file of the user's, or the XML API documentation inside the installed .NET SDK.</summary>
public static class TextSource
{
    /// <summary>Reads the first <paramref name="positions"/> bytes of a file, a byte order mark not counted.</summary>
    /// <exception cref="InputException">There is no such file, it cannot be read, or it is too short.</exception>
    public static byte[] Read(string path, int positions)
    {
        if (Directory.Exists(path))
        {
            throw new InputException($"'{path}' is a directory; a text file is needed.");
        }

        try
        {
            using FileStream file = File.OpenRead(path);
            var buffer = new byte[positions + ByteOrderMark.Length];
            int read = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            ReadOnlySpan<byte> text = buffer.AsSpan(0, read);
            text = text.StartsWith(ByteOrderMark) ? text[ByteOrderMark.Length..] : text;
            return text.Length == 0 ? throw new InputException($"'{path}' is empty.")
                : text.Length < positions ? throw new InputException($"'{path}' holds {text.Length} bytes of text, but {positions} positions were asked for; pass --positions {text.Length} or a longer text.")
                : text[..positions].ToArray();
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"'{path}' does not exist.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InputException($"'{path}' cannot be read: {exception.Message}");
        }
    }

    /// <summary>The largest XML documentation file among the reference packs of the SDK that runs this program.</summary>
    /// <exception cref="InputException">No SDK was found.</exception>
    public static string FindDocumentation()
    {
        foreach (string root in DotnetRoots())
        {
            // The reference pack of .NET itself, or of whatever else is installed.
            foreach (string pack in (string[])["Microsoft.NETCore.App.Ref", string.Empty])
            {
                string packs = Path.Combine(root, "packs", pack);
                string? largest = !Directory.Exists(packs) ? null : Directory
                    .EnumerateFiles(packs, "*.xml", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true })
                    .OrderByDescending(path => new FileInfo(path).Length)
                    .ThenBy(path => path, StringComparer.Ordinal)
                    .FirstOrDefault();
                if (largest is not null)
                {
                    return largest;
                }
            }
        }

        throw new InputException("no XML API documentation was found beside the .NET runtime; pass the path of a text file.");
    }

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private static IEnumerable<string> DotnetRoots()
    {
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } configured)
        {
            yield return configured;
        }

        // <root>/shared/Microsoft.NETCore.App/<version>/System.Private.CoreLib.dll
        string? directory = Path.GetDirectoryName(typeof(object).Assembly.Location);
        if (!string.IsNullOrEmpty(directory))
        {
            yield return Path.GetFullPath(Path.Combine(directory, "..", "..", ".."));
        }
    }
}
