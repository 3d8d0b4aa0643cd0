using System.CommandLine;
using AttentionGen.Benchmarks.Editor;
using AttentionGen.Benchmarks.Gpu;
using AttentionGen.Benchmarks.Ratios;
using BenchmarkDotNet.Running;

var rootCommand = new RootCommand("Measures generated attention kernels: 'ratios' against the machine's limit and peers, 'explore' with BenchmarkDotNet; 'gpu' kernels on a GPU; 'editor' what generator and analyzers cost while typing.");
rootCommand.Subcommands.Add(RatiosCommand.Create());
rootCommand.Subcommands.Add(EditorCommand.Create());
rootCommand.Subcommands.Add(GpuCommand.Create());

var explore = new Command("explore", "Runs BenchmarkDotNet; everything after it is BenchmarkDotNet's own (for instance --filter '*Attention*').") { TreatUnmatchedTokensAsErrors = false };
explore.SetAction(result => { BenchmarkSwitcher.FromAssembly(typeof(RatiosCommand).Assembly).Run([.. result.UnmatchedTokens]); });
rootCommand.Subcommands.Add(explore);

var kernelName = new Argument<string>("kernel");
var firstCall = new Command(FirstCallCase.Command, "One timed first call (run by 'ratios' in a fresh process).") { kernelName };
firstCall.Hidden = true;
firstCall.SetAction(result => FirstCallCase.RunChild(result.GetRequiredValue(kernelName)));
rootCommand.Subcommands.Add(firstCall);

var rounds = new Argument<int>("rounds");
var tierChild = new Command(NarrowTierCase.Command, "The 256-bit cases (run by 'ratios' with AVX-512 off).") { rounds };
tierChild.Hidden = true;
tierChild.SetAction(result => NarrowTierCase.RunChild(result.GetRequiredValue(rounds)));
rootCommand.Subcommands.Add(tierChild);

return rootCommand.Parse(args).Invoke();
