"""Forenames and surnames as they are common in Britain, for people who do not exist."""

from typing import Final

_FORENAMES: Final = """
    Aisha Alan Alice Amanda Amir Andrew Angela Anita Anthony Barbara Ben Beth Brian Callum Carol Catherine Charlotte Chloe Chris
    Claire Colin Craig Daniel David Dawn Deborah Diane Donna Duncan Eleanor Elizabeth Emily Emma Eve Farah Fiona Fraser Gareth Gary Gemma
    George Georgia Gillian Glen Grace Graham Hannah Harry Heather Helen Holly Howard Ian Imran Isobel Jack Jacqueline James Jamie Jane
    Jasmine Jason Jean Jenna Jill Joanne John Jonathan Jordan Joseph Joyce Julie Karen Karl Kate Keith Kelly Kenneth Kerry Kevin Kieran
    Laura Lauren Lee Leanne Lewis Liam Linda Lisa Louise Lucy Luke Lynne Malcolm Margaret Mark Martin Mary Matthew Megan Michael Mohammed
    Molly Naomi Natalie Nathan Neil Nicola Nigel Oliver Owen Pamela Patricia Paul Peter Philip Priya Rachel Raj Rebecca Rhys Richard
    Robert Ross Ruth Ryan Sally Samantha Samuel Sandra Sarah Scott Sean Sharon Shaun Simon Sophie Stacey Stephen Steven Stuart Susan
    Suzanne Tara Thomas Timothy Tina Tony Tracey Trevor Vanessa Victoria Vijay Wayne Wendy William Yasmin Zoe
"""
FORENAMES: Final = tuple(_FORENAMES.split())

_SURNAMES: Final = """
    Abbott Adams Ahmed Ainsworth Akhtar Aldridge Ali Allen Anderson Armstrong Ashworth Atkinson Bailey Baker Banks Barker Barlow
    Barnes Barrett Barton Beaumont Begum Bell Bennett Bentley Birch Bishop Blackburn Booth Bradley Bradshaw Briggs Brooks Brown Bryant
    Burgess Burton Butler Byrne Campbell Carr Carter Chadwick Chambers Chapman Clarke Clayton Cole Coleman Collins Connolly Cooke Cooper
    Cox Crawford Cross Cunningham Curtis Dale Dalton Davidson Davies Dawson Dean Dixon Doyle Duffy Dunn Edwards Elliott Ellis Evans
    Farrell Fearnley Fisher Fletcher Flynn Forrest Foster Fox Francis Fraser Freeman French Gallagher Gardner George Gibbons Gibson
    Gilbert Gill Goddard Goodwin Gordon Gough Graham Grant Gray Green Greenwood Gregory Griffiths Hall Hamilton Hammond Hardy Harper Harris
    Harrison Hart Harvey Haworth Hayes Heath Henderson Hewitt Higgins Hill Hodgson Holden Holland Holmes Hopkins Horton Houghton Howard
    Howe Hudson Hughes Hunt Hussain Hutchinson Iqbal Jackson Jacobs James Jarvis Jenkins Jennings Johnson Jones Jordan Joyce Kane Kaur
    Kay Kemp Kennedy Kerr Khan King Kirk Knight Knowles Lambert Lane Lawson Leach Lee Lester Lewis Little Lloyd Long Lowe Lynch Macdonald
    Malik Marsden Marsh Marshall Martin Mason Matthews May Mellor Metcalfe Middleton Miller Mills Mitchell Moore Morgan Morley Morris
    Moss Murphy Murray Myers Naylor Nelson Newman Newton Nicholson Nolan Norris Nuttall Oakley Osborne Owen Page Palmer Parker Parsons
    Patel Payne Pearce Pearson Perkins Perry Phillips Pickering Pollard Poole Porter Potter Powell Pratt Preston Price Quinn Ramsden
    Randall Read Reid Reynolds Rhodes Richards Riley Roberts Robinson Rogers Rose Ross Rowe Russell Ryan Saunders Savage Schofield Scott
    Sharma Sharp Shaw Shepherd Simmons Simpson Sinclair Singh Skinner Slater Smith Spencer Stanley Steele Stephenson Stewart Stone Storey
    Sutcliffe Sutton Swift Sykes Talbot Taylor Thompson Thornton Todd Townsend Tucker Turner Tyler Underwood Vaughan Wade Walker Wallace
    Walsh Walton Ward Warren Waters Watkins Watson Watts Webb Webster West Wheeler Whitaker White Whitehead Wilkinson Williams Willis
    Wilson Winter Wood Woodward Wright Wyatt Yates Young
"""
SURNAMES: Final = tuple(_SURNAMES.split())

_WHIMS: Final = """
    moonraker bramblejam dartmoorwalker blueteapot northstar ropeandtackle thirdwicket rustybike seaglass owlpost hedgehogs
    fellrunner allotmentking inkpot redkite lostfound mapandcompass quietlane stormpetrel twobeagles woodsmoke ziggurat tangerine
    copperkettle marmalade slowtrain candlewick peregrine
"""
WHIMS: Final = tuple(_WHIMS.split())
"""What people call a mailbox when they do not want it to bear their name."""
