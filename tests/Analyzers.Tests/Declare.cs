namespace AttentionGen.Analyzers.Tests;

/// <summary>Writes small declarations.</summary>
internal static class Declare
{
    /// <summary>A kernel host named <c>Host</c> under the given attribute lines.</summary>
    public static string Kernel(string attributes) => $"using AttentionGen;\n\n{attributes}\npublic static partial class Host;\n";

    /// <summary>A layer host named <c>Host</c> under the given attribute lines.</summary>
    public static string Layer(string attributes) => $"using AttentionGen;\n\n{attributes}\npublic partial class Host;\n";
}
