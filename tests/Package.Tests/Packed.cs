using System.Diagnostics;
using System.Reflection;
using Xunit;

namespace AttentionGen.Package.Tests;

/// <summary>The package, packed once into a folder that serves as the only feed, and fresh projects that consume it.</summary>
public sealed class Packed : IDisposable
{
    private readonly string folder = Path.Combine(Path.GetTempPath(), $"attentiongen-{Guid.NewGuid():N}");

    public Packed()
    {
        Directory.CreateDirectory(Feed);
        string root = typeof(Packed).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "RepositoryRoot").Value!;

        // Packed from a copy: building in the repository's own folders would race with whatever else builds there.
        foreach (string part in new[] { "runtime", "generator", "analyzers" })
        {
            Copy(Path.Combine(root, part), Path.Combine(Source, part));
        }

        foreach (string file in new[] { "Directory.Build.props", "Directory.Packages.props", "README.md" })
        {
            File.Copy(Path.Combine(root, file), Path.Combine(Source, file));
        }

        foreach (string project in new[] { "runtime", "runtime/Prebuilt" })
        {
            Result pack = Dotnet(Path.Combine(Source, project), "pack", "-c", "Release", "-o", Feed);
            Assert.True(pack.Code == 0, pack.Output);
        }
    }

    /// <summary>The folder feed.</summary>
    public string Feed => Path.Combine(folder, "feed");

    private string Source => Path.Combine(folder, "source");

    /// <summary>The file of a package in the feed.</summary>
    public string Nupkg(string package) => Directory.GetFiles(Feed, $"{package}.*.nupkg").Single(file => char.IsAsciiDigit(Path.GetFileName(file)[package.Length + 1]));

    /// <summary>Writes a console project of one file that references a package from the folder feed alone.</summary>
    public string Project(string name, string program, string package = "AttentionGen")
    {
        string project = Path.Combine(folder, name);
        Directory.CreateDirectory(project);
        string version = Path.GetFileNameWithoutExtension(Nupkg(package))[(package.Length + 1)..];
        Write("Directory.Build.props", "<Project />");
        Write("Directory.Packages.props", "<Project />");
        Write("nuget.config", $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="{Path.Combine(folder, "packages")}" /></config>
              <packageSources><clear /><add key="folder" value="{Feed}" /></packageSources>
            </configuration>
            """);
        Write($"{name}.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
              </PropertyGroup>
              <ItemGroup><PackageReference Include="{package}" Version="{version}" /></ItemGroup>
            </Project>
            """);
        Write("Program.cs", program);
        return project;

        void Write(string file, string text) => File.WriteAllText(Path.Combine(project, file), text);
    }

    /// <summary>Runs the SDK and waits for it.</summary>
    public static Result Dotnet(string directory, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        // What the test host was started with must not steer the builds it starts.
        foreach (string variable in new[] { "MSBuildSDKsPath", "MSBuildExtensionsPath", "MSBUILD_EXE_PATH" })
        {
            start.Environment.Remove(variable);
        }

        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new Result(process.ExitCode, output + errors.Result);
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        foreach (string inner in Directory.GetDirectories(from).Where(inner => Path.GetFileName(inner) is not ("bin" or "obj")))
        {
            Copy(inner, Path.Combine(to, Path.GetFileName(inner)));
        }
    }
}

/// <summary>How a run of the SDK ended.</summary>
public sealed record Result(int Code, string Output);
