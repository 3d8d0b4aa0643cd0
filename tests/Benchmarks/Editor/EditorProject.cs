using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace AttentionGen.Benchmarks.Editor;

/// <summary>A project of many declarations, each in a file of its own, and a file without any.</summary>
internal static class EditorProject
{
    /// <summary>The file that holds no declaration.</summary>
    public const int UnrelatedFile = 0;

    private static readonly CSharpParseOptions Parse = new(LanguageVersion.Latest);

    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is { } name && (name.StartsWith("System.", StringComparison.Ordinal) || name is "AttentionGen.dll"))
            .Select(path => (MetadataReference)MetadataReference.CreateFromFile(path)),
    ];

    // One of each type that a project would hold, with what it would be declared with.
    private static readonly string[] Kinds =
    [
        "[Attention(\"standard\", Heads = 8, HeadDim = {0})] [PositionalEncoding(\"rope\")]",
        "[Attention(\"causal\", Heads = 8, KvHeads = 2, HeadDim = {0}, MaxLength = 2048)] [PositionalEncoding(\"rope\")]",
        "[Attention(\"local\", WindowLeft = {1}, Sinks = 4, Causal = true, Heads = 8, HeadDim = {0})] [PositionalEncoding(\"alibi\")]",
        "[Attention(\"block\", BlockSize = {1}, Heads = 8, HeadDim = {0})]",
        "[Attention(\"strided\", Stride = {1}, Heads = 8, HeadDim = {0})]",
        "[Attention(\"localglobal\", GlobalTokens = {1}, Heads = 8, HeadDim = {0})]",
        "[Attention(\"relative\", MaxRelativePosition = {1}, Heads = 8, HeadDim = {0})]",
        "[Attention(\"t5\", Heads = 8, HeadDim = {0}, MaxLength = 512)]",
        "[Attention(\"performer\", Causal = true, Heads = 8, HeadDim = {0})]",
        "[Attention(\"differential\", Heads = 8, HeadDim = {0}, Softcap = {1})]",
    ];

    /// <summary>The project before any edit.</summary>
    public static CSharpCompilation Create(int declarations) => CSharpCompilation.Create(
        "Project",
        Enumerable.Range(0, declarations).Select(static number => Tree(number + 1, Source(number, 16 + (number % 48)))).Prepend(Tree(UnrelatedFile, "internal static class Unrelated { }")),
        References,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));

    /// <summary>A keystroke in the file without declarations.</summary>
    public static CSharpCompilation TypeElsewhere(CSharpCompilation project, int stroke) =>
        Replace(project, UnrelatedFile, $"internal static class Unrelated {{ public static int Typed{stroke}; }}");

    /// <summary>Another number in one declaration.</summary>
    public static CSharpCompilation ChangeArgument(CSharpCompilation project, int number, int value) => Replace(project, number + 1, Source(number, value));

    private static CSharpCompilation Replace(CSharpCompilation project, int file, string text) => project.ReplaceSyntaxTree(project.SyntaxTrees[file], Tree(file, text));

    private static SyntaxTree Tree(int file, string text) => CSharpSyntaxTree.ParseText(text, Parse, $"File{file}.cs");

    private static string Source(int number, int value)
    {
        string attributes = string.Format(System.Globalization.CultureInfo.InvariantCulture, Kinds[number % Kinds.Length], 32 + (number / Kinds.Length % 4 * 32), value);
        return $"using AttentionGen;\nnamespace Project.Part{number % 7};\n{attributes}\npublic static partial class Attention{number};\n";
    }
}
