using AttentionGen.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AttentionGen.Generator.Tests;

/// <summary>Dependencies between the generator's folders point one way, as the architecture draws them.</summary>
public class LayeringTests
{
    private const string Root = "AttentionGen.Generator";

    /// <summary>Each folder and the folders it may use. Catalogue entries spell their hooks in a dialect's operations; the rule that tells the plan (ATTN048) makes it.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Spec"] = [],
        ["Dialects"] = ["Emit"],
        ["Catalog"] = ["Spec", "Dialects"],
        ["Rules"] = ["Spec", "Catalog", "Stages", "Dialects"],
        ["Stages"] = ["Spec", "Catalog", "Dialects", "Emit"],
        ["Emit"] = ["Spec", "Catalog", "Stages", "Dialects"],
    };

    private static readonly string[] AnalyzersMayUse = ["Spec", "Rules", "Catalog"];

    [Fact]
    public void Folders_use_only_what_lies_below_them()
    {
        CSharpCompilation generator = Compile("generator");
        Assert.Empty(Uses(generator).Where(use => Allowed.ContainsKey(use.From) && use.From != use.To && !Allowed[use.From].Contains(use.To)).Select(Describe));
    }

    [Fact]
    public void Every_folder_has_its_namespace_and_its_place()
    {
        foreach (string folder in Directory.GetDirectories(Repository.PathOf("generator")).Select(Path.GetFileName).OfType<string>().Where(name => name is not ("bin" or "obj")))
        {
            Assert.Contains(folder, Allowed.Keys);
            Assert.All(
                Directory.GetFiles(Repository.PathOf("generator", folder), "*.cs"),
                file => Assert.Contains($"namespace {Root}.{folder};", File.ReadAllText(file), StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Analyzers_use_only_spec_rules_and_catalog()
    {
        CSharpCompilation analyzers = Compile("generator", "analyzers");
        List<Use> uses = [.. Uses(analyzers).Where(use => use.File.Contains($"{Path.DirectorySeparatorChar}analyzers{Path.DirectorySeparatorChar}", StringComparison.Ordinal) && use.To.Length > 0)];
        Assert.NotEmpty(uses);
        Assert.Empty(uses.Where(use => !AnalyzersMayUse.Contains(use.To)).Select(Describe));
    }

    [Fact]
    public void The_walk_sees_the_uses_there_are() =>
        Assert.Contains(Uses(Compile("generator")), use => use is { From: "Rules", To: "Catalog" });

    private static string Describe(Use use) => $"{Path.GetFileName(use.File)} ({use.From}) uses {use.To}";

    private static CSharpCompilation Compile(params string[] folders)
    {
        string separator = Path.DirectorySeparatorChar.ToString();
        IEnumerable<string> files = folders.SelectMany(folder => Directory.GetFiles(Repository.PathOf(folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains(separator + "obj" + separator, StringComparison.Ordinal) && !file.Contains(separator + "bin" + separator, StringComparison.Ordinal));
        const string usings = "global using System; global using System.Collections.Generic; global using System.Linq; global using System.Threading; global using System.Threading.Tasks;";
        return CSharpCompilation.Create(
            "Layers",
            [CSharpSyntaxTree.ParseText(usings, Lab.Parse), .. files.Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file), Lab.Parse, file))],
            [.. Lab.References, MetadataReference.CreateFromFile(typeof(Compilation).Assembly.Location), MetadataReference.CreateFromFile(typeof(CSharpCompilation).Assembly.Location)]);
    }

    // Every name in the source that binds to one of our types, by the folder it stands in and the folder the type belongs to.
    private static HashSet<Use> Uses(CSharpCompilation compilation)
    {
        var uses = new HashSet<Use>();
        foreach (SyntaxTree tree in compilation.SyntaxTrees)
        {
            SemanticModel model = compilation.GetSemanticModel(tree);
            string from = tree.GetRoot().DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>().FirstOrDefault() is { } space ? Folder(space.Name.ToString()) : "";
            foreach (SimpleNameSyntax name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
            {
                ISymbol? symbol = model.GetSymbolInfo(name).Symbol;
                INamedTypeSymbol? type = symbol as INamedTypeSymbol ?? (symbol is IMethodSymbol or IPropertySymbol or IFieldSymbol ? symbol.ContainingType : null);
                if (type is { ContainingNamespace: { } container } && container.ToDisplayString().StartsWith(Root, StringComparison.Ordinal))
                {
                    uses.Add(new Use(tree.FilePath, from, Folder(container.ToDisplayString())));
                }
            }
        }

        return uses;
    }

    private static string Folder(string space) =>
        space.StartsWith(Root + ".", StringComparison.Ordinal) ? space[(Root.Length + 1)..] : "";

    private sealed record Use(string File, string From, string To);
}
