using System.Collections.Generic;
using System.Linq;
using System.Threading;
using AttentionGen.Generator.Emit;
using AttentionGen.Generator.Rules;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AttentionGen.Generator;

/// <summary>
/// Writes the other half of every class that carries <c>[Attention]</c>: read the declaration, judge it, write it.
/// Reports nothing: the analyzer does, from the same <see cref="RuleBook"/>.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class AttentionGenerator : IIncrementalGenerator
{
    /// <summary>The pipeline's steps by name, for the incrementality tests.</summary>
    public const string SpecStep = "Spec", FactsStep = "Facts", VerdictStep = "Verdict";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<AttentionSpec> specs = context.SyntaxProvider
            .ForAttributeWithMetadataName(
                SpecReader.AttributeName,
                predicate: static (node, _) => node is ClassDeclarationSyntax,
                transform: static (declaration, cancellation) => Read(declaration, cancellation))
            .Where(static spec => spec is not null)
            .Select(static (spec, _) => spec!)
            .WithTrackingName(SpecStep);

        IncrementalValueProvider<CompilationFacts> facts = context.CompilationProvider
            .Combine(context.AnalyzerConfigOptionsProvider)
            .Select(static (project, _) => CompilationFacts.Of(project.Left, project.Right))
            .WithTrackingName(FactsStep);

        IncrementalValuesProvider<Verdict> verdicts = specs
            .Combine(facts)
            .Select(static (declared, _) => Judge(declared.Left, declared.Right))
            .WithTrackingName(VerdictStep);

        context.RegisterSourceOutput(verdicts, static (output, verdict) => WriteDeclaration(output, verdict));
        context.RegisterImplementationSourceOutput(verdicts, static (output, verdict) => WriteImplementation(output, verdict));
    }

    private static AttentionSpec? Read(GeneratorAttributeSyntaxContext declaration, CancellationToken cancellation)
    {
        var host = (INamedTypeSymbol)declaration.TargetSymbol;
        HostAttributes? attributes = HostAttributes.Of(host);

        // A second [Attention] on another part of the class does not compile, but must not write the same file twice.
        return attributes is not null && attributes.AttentionStandsOn(declaration.TargetNode, cancellation)
            ? SpecReader.Read(host, attributes, cancellation)
            : null;
    }

    private static Verdict Judge(AttentionSpec spec, CompilationFacts facts)
    {
        if (spec.IsUnreadable)
        {
            return new Verdict(spec, "AttentionGen", "an argument of the declaration does not compile", spec.Host.Problem == HostProblem.None, OnGpu: false);
        }

        IReadOnlyList<Violation> violations = RuleBook.Check(spec, facts);
        Violation? blocking = violations.FirstOrDefault(violation => violation.IsBlocking);
        return new Verdict(spec, blocking?.Id, blocking?.Message, RuleBook.LeavesRoom(spec, violations), OnGpu: facts.HasGpu && spec.WantsGpu);
    }

    private static void WriteDeclaration(SourceProductionContext output, Verdict verdict)
    {
        if (verdict.HasRoom)
        {
            output.AddSource(
                verdict.Spec.Host.FileName + ".g.cs",
                verdict.IsValid ? HostEmitter.Declaration(verdict.Spec, verdict.OnGpu) : HostEmitter.Throwing(verdict.Spec, verdict.RuleId!, verdict.Message!));
        }
    }

    private static void WriteImplementation(SourceProductionContext output, Verdict verdict)
    {
        if (verdict.IsValid)
        {
            output.AddSource(verdict.Spec.Host.FileName + ".Kernel.g.cs", HostEmitter.Implementation(verdict.Spec));
            if (verdict.OnGpu)
            {
                output.AddSource(verdict.Spec.Host.FileName + ".Gpu.g.cs", HostEmitter.GpuImplementation(verdict.Spec));
                if (TensorEmitter.HasKernel(verdict.Spec))
                {
                    output.AddSource(verdict.Spec.Host.FileName + ".Tensor.g.cs", HostEmitter.TensorImplementation(verdict.Spec));
                }
            }
        }
    }

    /// <summary>
    /// A declaration, the first blocking rule it breaks, if any, whether another half can be written, be it one that throws, and whether it has a GPU kernel.
    /// </summary>
    private sealed record Verdict(AttentionSpec Spec, string? RuleId, string? Message, bool HasRoom, bool OnGpu)
    {
        public bool IsValid => RuleId is null;
    }
}
