using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AttentionGen.Analyzers.Tests.Fuzz;

/// <summary>
/// Spares the compiler most of what it would otherwise spend its time on. Kernel classes are local to their file and refer to nothing but the runtime,
/// so that classes which differ in small numbers alone compile alike: of one that was seen before, only the heads of its public methods are left, which launches
/// refer to. Of the four dialects of a declaration one is compiled, each in its turn; all of them with <c>ATTENTIONGEN_FUZZ_FULL=1</c>.
/// </summary>
internal sealed partial class KernelOnce
{
    private static readonly bool IsFull = Environment.GetEnvironmentVariable("ATTENTIONGEN_FUZZ_FULL") == "1";

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private int _files;

    /// <summary>Kernel classes met, and those among them that were compiled.</summary>
    public int Met { get; private set; }

    /// <inheritdoc cref="Met"/>
    public int Compiled => _seen.Count;

    /// <summary>The file, without the bodies of classes that need not be compiled.</summary>
    public SyntaxTree Reduce(SyntaxTree file)
    {
        var root = (CompilationUnitSyntax)file.GetRoot();
        ClassDeclarationSyntax[] kernels = [.. root.DescendantNodes(static node => node is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax).OfType<ClassDeclarationSyntax>().Where(type => type.Modifiers.Any(SyntaxKind.FileKeyword))];
        if (kernels.Length == 0)
        {
            return file;
        }

        int turn = _files++ % kernels.Length;
        Met += kernels.Length;
        ClassDeclarationSyntax[] spared = [.. kernels.Where((kernel, index) => !(IsFull || index == turn) || !_seen.Add(SmallNumbers().Replace(kernel.ToString(), "1")))];
        return file.WithRootAndOptions(root.ReplaceNodes(spared, static (kernel, _) => Head(kernel)), file.Options);
    }

    private static ClassDeclarationSyntax Head(ClassDeclarationSyntax kernel)
    {
        IEnumerable<MethodDeclarationSyntax> launched = kernel.Members.OfType<MethodDeclarationSyntax>().Where(method => method.Modifiers.Any(SyntaxKind.PublicKeyword));
        return kernel.WithMembers([.. launched.Select(method => method.WithBody(SyntaxFactory.Block()).WithExpressionBody(null).WithSemicolonToken(default))]);
    }

    // Zero may be a division by it, and a long number an overflow.
    [GeneratedRegex(@"(?<![\w.])([1-9]\d{0,4}|\d+\.\d+(E[+-]?\d+)?f)(?![\w.])", RegexOptions.ExplicitCapture)]
    private static partial Regex SmallNumbers();
}
