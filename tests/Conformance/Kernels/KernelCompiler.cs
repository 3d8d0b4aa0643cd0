using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace AttentionGen.Conformance.Kernels;

/// <summary>Runs the generator over source text and loads what comes out.</summary>
public static class KernelCompiler
{
    private const string GeneratorName = "AttentionGen.Generator.AttentionGenerator";

    /// <summary>Compiles the sources with the generator into an assembly of this process.</summary>
    /// <exception cref="InvalidOperationException">The generator is missing or reported something, or its code does not compile.</exception>
    /// <param name="sources">The sources.</param>
    /// <param name="change">Changes a generated file before it is compiled; null: none.</param>
    /// <param name="more">Assemblies that they need besides the product and the harness.</param>
    public static Assembly Compile(IEnumerable<string> sources, Func<SyntaxTree, SyntaxTree>? change = null, params Assembly[] more)
    {
        CSharpParseOptions parse = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Latest);
        var options = new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Annotations);
        CSharpCompilation compilation = CSharpCompilation.Create($"Kernels{Guid.NewGuid():N}", sources.Select(source => CSharpSyntaxTree.ParseText(source, parse)), References(more), options);
        GeneratorDriver driver = CSharpGeneratorDriver.Create([CreateGenerator()], parseOptions: parse);
        driver.RunGeneratorsAndUpdateCompilation(compilation, out Compilation generated, out var reported);
        foreach (SyntaxTree tree in change is null ? [] : generated.SyntaxTrees.Except(compilation.SyntaxTrees))
        {
            generated = generated.ReplaceSyntaxTree(tree, change!(tree));
        }

        using var image = new MemoryStream();
        var emitted = generated.Emit(image);
        Diagnostic[] problems = [.. reported.Concat(emitted.Diagnostics).Where(d => d.Severity >= DiagnosticSeverity.Warning)];
        if (problems.Length > 0)
        {
            throw new InvalidOperationException($"{problems.Length} problems in the compiled kernels:\n{string.Join('\n', problems.Take(20).Select(p => p.ToString()))}");
        }

        image.Position = 0;
        return AssemblyLoadContext.Default.LoadFromStream(image);
    }

    private static ISourceGenerator CreateGenerator()
    {
        Type type = typeof(Generator.Spec.AttentionSpec).Assembly.GetType(GeneratorName) ?? throw new InvalidOperationException($"There is no {GeneratorName}.");
        return ((IIncrementalGenerator)Activator.CreateInstance(type)!).AsSourceGenerator();
    }

    private static IEnumerable<MetadataReference> References(Assembly[] more)
    {
        string platform = (string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!;
        return platform.Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is var name && (name.StartsWith("System.", StringComparison.Ordinal) || name is "netstandard.dll" or "mscorlib.dll"))
            .Append(typeof(AttentionAttribute).Assembly.Location)
            .Append(typeof(KernelCall).Assembly.Location)
            .Append(typeof(Reference.AttentionSizes).Assembly.Location)
            .Concat(more.Select(static assembly => assembly.Location))
            .Distinct()
            .Select(path => MetadataReference.CreateFromFile(path));
    }
}
