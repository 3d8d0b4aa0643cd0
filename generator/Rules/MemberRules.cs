using System.Linq;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Rules;

/// <summary>Whether the class's own members leave room for the generated ones.</summary>
internal static class MemberRules
{
    public static readonly DiagnosticDescriptor NameTaken = new(
        "ATTN080", "Name belongs to a generated member", "'{0}' {1}; {2}", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN080.md");

    public static readonly DiagnosticDescriptor Unchained = new(
        "ATTN081", "Constructor leaves a layer without weights", "This constructor of '{0}' does not run the generated one, which makes the weights, so that every call would fail; write ': this(seed)' after its parameters", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN081.md");

    public static void Check(RuleContext context)
    {
        HostSpec host = context.Spec.Host;
        if (host.Problem != HostProblem.None)
        {
            return; // nothing is generated that could clash
        }

        (string Name, string? Signature)[] generated = [.. GeneratedMembers.Of(context.Spec, context.Shape)];
        if (generated.Any(member => member.Name == host.Name))
        {
            context.Report(NameTaken, Place.Host, [host.Name, "has the name of a member that is generated for it", "rename the class"]);
        }

        foreach (HostMember member in host.Members)
        {
            Place place = member.Index < 0 ? Place.Host : Place.Member(member.Name, member.Index);
            if (generated.Any(other => other.Name == member.Name && (other.Signature is null || member.Signature is null || other.Signature == member.Signature)))
            {
                string what = member.Name == MemberReader.Constructor
                    ? "has a constructor that takes one int, like the generated one, which takes a seed"
                    : $"{(member.Index < 0 ? "inherits" : "has")} a member '{member.Name}', and one of that name is generated for it";
                context.Report(NameTaken, place, [host.Name, what, member.Name == MemberReader.Constructor ? "give it other parameters" : "rename yours"]);
            }
            else if (member.IsUnchained && !host.IsStatic)
            {
                context.Report(Unchained, place, [host.Name]);
            }
        }
    }
}
