using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AttentionGen.Analyzers.Tests.Fuzz;

/// <summary>
/// Spares the compiler what it has compiled: kernel classes are local to their file and refer to nothing but the runtime, so that equal text compiles
/// equally. Of a class that was seen before, only the head of its Run is left, which the launch refers to.
/// </summary>
internal sealed class KernelOnce
{
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    /// <summary>Kernel classes met, and those among them that were new.</summary>
    public int Met { get; private set; }

    /// <inheritdoc cref="Met"/>
    public int Compiled => _seen.Count;

    /// <summary>The file, without the bodies of classes seen before.</summary>
    public SyntaxTree Reduce(SyntaxTree file)
    {
        var root = (CompilationUnitSyntax)file.GetRoot();
        List<ClassDeclarationSyntax> known = [];
        foreach (ClassDeclarationSyntax kernel in root.Members.OfType<NamespaceDeclarationSyntax>().SelectMany(space => space.Members).OfType<ClassDeclarationSyntax>().Where(type => type.Modifiers.Any(SyntaxKind.FileKeyword)))
        {
            Met++;
            if (!_seen.Add(kernel.ToString()))
            {
                known.Add(kernel);
            }
        }

        return known.Count == 0
            ? file
            : file.WithRootAndOptions(root.ReplaceNodes(known, static (kernel, _) => Head(kernel)), file.Options);
    }

    private static ClassDeclarationSyntax Head(ClassDeclarationSyntax kernel)
    {
        MethodDeclarationSyntax run = kernel.Members.OfType<MethodDeclarationSyntax>().Single(method => method.Identifier.ValueText == "Run");
        return kernel.WithMembers([run.WithBody(SyntaxFactory.Block()).WithExpressionBody(null).WithSemicolonToken(default)]);
    }
}
